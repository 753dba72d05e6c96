// The editor of synonyms and rules: what the file says, what a change of it would do, and saving it.

import { get, Problem, send } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { credentials } from "/ui/key.js";
import { $, instant, number, offerIndexes, problemNotice } from "/admin/parts.js";

const PREFILLED = 5;
const MOST_SEARCHES = 20;

/** The file as it was read last; `index` and `kind` say which it is. */
let file = { index: "", kind: "", text: "", hash: "" };

/** The index whose searches have been offered. */
let prefilled = "";

/** Whether the key may save; without keys the settings say so, which nobody tells the page. */
let maySave = true;

const text = $("text");
const path = (rest) => `/v1/indexes/${encodeURIComponent(file.index)}/${rest}`;
const changed = () => text.value !== file.text;

async function show() {
  const { name, role } = await credentials();
  maySave = !name || role === "admin";
  showState();
  if (!(await offerIndexes($("curation-index")))) {
    throw new Problem({ title: "No index is defined yet", message: "Define one: searchsvc init DATABASE-URL" });
  }
  if (changed()) return; // what somebody has written is not read over
  if (file.file && isChosen()) await readAgain();
  else await choose();
}

const isChosen = () => file.index === $("curation-index").value && file.kind === $("curation-kind").value;

async function choose() {
  clear();
  const chosen = file;
  const read = await get(path(file.kind));
  if (file !== chosen) return; // another has been chosen meanwhile
  take(read);
  await prefill();
}

/** The file may have changed, or what the key may read. What somebody writes meanwhile stays. */
async function readAgain() {
  const before = file;
  let read;
  try {
    read = await get(path(file.kind));
  } finally {
    if (file === before && !changed()) {
      if (read) take(read);
      else clear();
    }
  }
}

/** No file is there yet. What is written before it is would be lost. */
function clear() {
  file = { index: $("curation-index").value, kind: $("curation-kind").value, text: "", hash: "" };
  text.value = "";
  text.readOnly = true;
  showState();
}

/** The file is what was read; `shown` is what it takes the place of in the editor, if that is still there. */
function take(read, shown = text.value) {
  file = { ...file, ...read };
  if (text.value === shown) text.value = file.text;
  text.readOnly = false;
  clearCompared(); // it was with another file
  $("file-notice").hidden = true;
  showState();
}

const clearCompared = () => $("compared").replaceChildren();

function showState() {
  const isThere = Boolean(file.file);
  $("preview").disabled = !isThere;
  $("revert").disabled = !changed();
  $("save").disabled = !isThere || !changed() || !maySave;
  if (!isThere) return;
  $("file-name").textContent = file.file;
  const used = file.hash === file.used ? "In use." : `Not in use: ${file.problem ?? "it is being read."}`;
  $("file-state").textContent = changed() ? CHANGED[maySave] : file.text ? used : "Empty.";
  $("changes").hidden = !file.changes?.length;
  $("changes").querySelector("ol").replaceChildren(...(file.changes ?? []).map(
    (one) => element("li", {}, `${instant(one.at)} by ${one.by}`),
  ));
}

const CHANGED = {
  true: "Changed here, and not saved.",
  false: "Changed here. Saving takes the key of an admin.",
};

/** Searches worth comparing: those that most people send. What is typed meanwhile stays. */
async function prefill() {
  const { index } = file;
  if (prefilled === index) return;
  const before = $("searches").value;
  const report = await get("/v1/reports/popular", { index, limit: PREFILLED }).catch(() => null);
  if (!report || index !== file.index) return; // another has been chosen meanwhile, or it is asked again
  prefilled = index;
  if ($("searches").value === before) $("searches").value = report.rows.map((row) => row.q).join("\n");
}

// --- preview -----------------------------------------------------------------------------------

async function preview() {
  const queries = $("searches").value.split("\n").map((line) => line.trim()).filter(Boolean).slice(0, MOST_SEARCHES);
  if (!queries.length) {
    notice(new Problem({ title: "Nothing to compare", message: "Write a search or two, one on a line." }));
    $("searches").focus();
    return;
  }
  const answer = await send("POST", path("preview"), { queries, [file.kind]: text.value });
  $("file-notice").hidden = true;
  const number_ = answer.queries.filter((one) => one.changed).length;
  $("status").textContent = `${number_} of ${answer.queries.length} searches would change`;
  $("compared").replaceChildren(...answer.queries.map(compared));
}

function compared({ q, changed: differs, before, after }) {
  return element(
    "article", { class: "compared" },
    element(
      "header", {},
      element("h2", {}, q),
      element("span", { class: "soft" }, differs ? totals(before, after) : `No change in the first ten; ${totals(before, after)}`),
    ),
    element("div", { class: "sides" }, side("Now", before, gone), side("With this file", after, moved)),
  );
}

const totals = (before, after) => (before.total === after.total
  ? `${number(before.total)} results`
  : `${number(before.total)} results now, ${number(after.total)} then`);

function side(title, { hits, rules, synonyms, redirect }, mark) {
  const applied = [...rules.map((name) => `rule “${name}”`), ...synonyms, ...(redirect ? [`redirect to ${redirect}`] : [])];
  const lines = hits.map((hit) => {
    const [kind, words] = mark(hit);
    const name = Object.values(hit.doc)[0] ?? hit.id;
    return element("li", { class: kind }, element("span", {}, String(hit.place)), element("span", {}, String(name)), element("span", { class: "move" }, words));
  });
  return element(
    "div", {},
    element("h3", {}, title),
    lines.length ? element("ol", {}, ...lines) : element("p", { class: "soft" }, "No results."),
    ...(applied.length ? [element("p", { class: "soft" }, `By ${applied.join(", ")}`)] : []),
  );
}

const gone = (hit) => (hit.other_place == null ? ["gone", "gone"] : ["", ""]);

function moved({ place, other_place: before, pinned }) {
  const pin = pinned ? "pinned, " : "";
  if (before == null) return ["moved", `${pin}new`];
  if (before === place) return ["", pinned ? "pinned" : ""];
  return ["moved", `${pin}${before > place ? "up" : "down"} from ${before}`];
}

// --- saving ------------------------------------------------------------------------------------

async function save(expected = file.hash) {
  const [saved, sent] = [file, text.value];
  try {
    const read = await send("PUT", path(file.kind), sent, { "If-Match": `"${expected}"` });
    if (file !== saved) return; // another has been chosen meanwhile
    take(read, sent);
  } catch (error) {
    if (!(error instanceof Problem) || error.body.status !== 412) throw error;
    if (file === saved) await conflict();
    return;
  }
  $("status").textContent = "Saved, and in use.";
}

/** Somebody else has saved meanwhile: nothing is lost whatever is chosen. */
async function conflict() {
  const before = file;
  const theirs = await get(path(file.kind));
  if (file !== before) return;
  const by = theirs.changes[0]?.after === theirs.hash ? ` by ${theirs.changes[0].by}` : "";
  const box = $("file-notice");
  notice(new Problem({
    title: "The file has changed meanwhile",
    message: `It was saved${by} since you began. Below is what it says now; yours is still in the editor.`,
  }));
  const mine = element("button", { type: "button", class: "quiet", onclick: attempted(() => save(theirs.hash)) }, "Save mine in its place");
  const other = element("button", { type: "button", class: "quiet", onclick: () => take(theirs) }, "Take theirs, drop mine");
  const shown = element("details", { open: true }, element("summary", {}, "Theirs"), element("code", {}, element("pre", {}, theirs.text)));
  box.append(shown, element("div", { class: "actions" }, mine, other));
}

function notice(error) {
  clearCompared();
  problemNotice($("file-notice"), error);
}

/** What a button does, once at a time, with what goes wrong shown beside it. */
function attempted(act) {
  return async () => {
    const buttons = [...document.querySelectorAll(".editor button")];
    const disabled = buttons.map((button) => button.disabled);
    for (const button of buttons) button.disabled = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      notice(error);
    }
    buttons.forEach((button, at) => { button.disabled = disabled[at]; });
    showState();
  };
}

const LOST = "What you have changed is not saved. Leave it?";

/** Whether the view may be left. */
function leave() {
  if (!changed() || confirm(LOST)) {
    text.value = file.text;
    return true;
  }
  return false;
}

text.addEventListener("input", showState);
$("preview").addEventListener("click", attempted(preview));
$("save").addEventListener("click", attempted(() => save()));
$("revert").addEventListener("click", () => {
  text.value = file.text;
  showState();
  text.focus();
});
$("curation-choices").addEventListener("submit", (event) => event.preventDefault());
$("curation-choices").addEventListener("change", () => {
  if (leave()) return attempted(choose)();
  $("curation-index").value = file.index;
  $("curation-kind").value = file.kind;
});
addEventListener("beforeunload", (event) => { if (changed()) event.preventDefault(); });

export const curation = { title: "Synonyms and rules", seconds: 0, show, refresh: show, leave };
