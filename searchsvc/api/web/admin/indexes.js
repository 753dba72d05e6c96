// The view of indexes: how each stands, its versions, and the runs of indexers as they go on.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { $, bytes, duration, instant, number, statuses, table } from "/admin/parts.js";

const RUNNING_SECONDS = 1;
const QUIET_SECONDS = 3;
const RUNS = 30;

/** The indexes whose versions somebody looks at. */
const opened = new Set();

async function refresh() {
  const [all, { runs }] = await Promise.all([statuses(), get("/v1/runs", { limit: RUNS })]);
  const versions = new Map();
  await Promise.all([...opened].map(async (name) => versions.set(name, await versionsOf(name))));
  const focused = document.activeElement?.closest(".card summary")?.dataset.index;
  $("index-cards").replaceChildren(...all.map((one) => card(one, versions.get(one.name))));
  if (focused) document.querySelector(`[data-index="${CSS.escape(focused)}"]`)?.focus();
  if (!all.length) {
    $("index-cards").append(element("p", { class: "soft" }, "No index is defined yet. Define one: searchsvc init DATABASE-URL"));
  }
  const far = $("runs").scrollLeft;
  $("runs").replaceChildren(table(RUN_COLUMNS, runs, "No run yet. Begin with: searchsvc index rebuild --all"));
  $("runs").scrollLeft = far;
  return runs.some((run) => run.status === "running") ? RUNNING_SECONDS : QUIET_SECONDS;
}

const versionsOf = async (name) => (await get(`/v1/indexes/${encodeURIComponent(name)}/versions`)).versions;

function card(index, versions) {
  const [state, good] = stateOf(index);
  const facts = [
    ["Version", element("span", { class: "name" }, index.version ?? "–")],
    ["Documents", number(index.documents)],
    ["Size", bytes(index.size_bytes)],
    ["Freshness", index.freshness_seconds == null ? "not known" : `${duration(index.freshness_seconds)} behind`],
    ["Drift", index.drift == null ? "never compared" : `${number(index.drift)} wrong`],
    ["Dead letters", number(index.dead_letters)],
  ];
  return element(
    "article", { class: "card", "aria-label": index.name },
    element("header", {}, element("h2", {}, index.name), element("span", { class: `state ${good ? "good" : "bad"}` }, state)),
    element("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    ...index.problems.map((text) => element("p", { class: "problem" }, text)),
    versionList(index.name, versions),
  );
}

function stateOf({ version, drift, dead_letters: dead, problems }) {
  if (!version) return ["Not serving", false];
  if (problems.length) return ["Files refused", false];
  if (drift) return ["Drifted", false];
  return dead ? ["Rows missing", false] : ["Serving", true];
}

function versionList(name, versions) {
  const open = element("summary", { "data-index": name }, "Versions");
  const ontoggle = async ({ target }) => {
    if (target.open === opened.has(name)) return;
    if (!target.open) return opened.delete(name);
    opened.add(name);
    target.append(versionTable(await versionsOf(name)));
  };
  const list = versions ? [versionTable(versions)] : [];
  return element("details", { open: opened.has(name), ontoggle }, open, ...list);
}

const versionTable = (versions) => table([
  { name: "Made", head: true, cell: (one) => instant(one.created) },
  { name: "Documents", figure: true, cell: (one) => number(one.documents) },
  { name: "Size", figure: true, cell: (one) => bytes(one.size_bytes) },
  { name: "", cell: (one) => (one.live ? element("span", { class: "state good" }, "Live") : "") },
], [...versions].reverse(), "None yet.");

const RUN_COLUMNS = [
  { name: "Index", head: true, cell: (run) => run.index },
  { name: "Kind", cell: (run) => run.kind },
  { name: "Status", cell: statusOf },
  { name: "Started", cell: (run) => instant(run.started) },
  { name: "Took", figure: true, cell: (run) => duration(run.seconds ?? (Date.now() - new Date(run.started)) / 1000) },
  ...["read", "indexed", "deleted", "unchanged", "dead"].map((name) => ({
    name: name.replace(/^./, (first) => first.toUpperCase()), figure: true, cell: (run) => number(run.counts[name]),
  })),
];

function statusOf(run) {
  const bad = ["failed", "degraded"].includes(run.status);
  const text = element("span", { class: bad ? "bad" : null }, run.status);
  if (run.error) return [text, element("span", { class: "error" }, run.error)];
  if (!run.progress) return text;
  const { phase, done, total } = run.progress;
  const told = total ? `${phase}, ${number(done)} of ${number(total)}` : phase;
  const bar = element("progress", { max: total || null, value: total ? Math.min(done, total) : null, "aria-label": `${run.index}: ${told}` });
  return [text, element("br"), bar, element("span", { class: "soft" }, ` ${told}`)];
}

export const indexes = { title: "Indexes", seconds: QUIET_SECONDS, show: refresh, refresh };
