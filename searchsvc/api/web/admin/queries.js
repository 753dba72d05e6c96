// The view of queries: what is searched for, in vain, without a click, and what was slow.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { $, drawn, instant, ms, number, offerIndexes, percent, searchLink, table } from "/admin/parts.js";

const ROWS = 50;

async function refresh() {
  await offerIndexes($("queries-index"), "All");
  const asked = { index: $("queries-index").value, limit: ROWS };
  const names = ["zero-results", "no-click", "ctr", "popular", "slow"];
  const [zero, noClick, ctr, popular, slow] = await Promise.all(
    names.map((name) => get(`/v1/reports/${name}`, asked)),
  );
  $("queries-basis").textContent = basis(popular);
  const none = popular.searches ? "Nothing: every search had results." : "Not known.";
  $("zero").replaceChildren(table(columns(false), zero.rows, none));
  const untold = "No click is remembered: pages tell of them by /v1/events.";
  $("no-click").replaceChildren(table(columns(true), popular.clicked ? noClick.rows : [], popular.clicked ? "Nothing: every search had a click." : untold));
  $("ctr").replaceChildren(table(CTR, popular.clicked ? ctr.rows : [], untold));
  $("popular").replaceChildren(table(columns(true), popular.rows, "Not known."));
  $("slow").replaceChildren(table(SLOW, slow.rows, "Nothing was slower than api.slow_ms."));
}

function basis({ logged, since, searches, clicked }) {
  if (!logged) return "Searches are not remembered here: see the setting analytics.log.";
  if (!since) return "No search is remembered yet.";
  const share = `${number(clicked)} with a click`;
  return `Of ${number(searches)} ${searches === 1 ? "search" : "searches"} since ${instant(since)}, ${share}.`;
}

const columns = (withHits) => [
  { name: "Query", head: true, cell: (row) => searchLink(row.index, row.q) },
  { name: "Index", cell: (row) => row.index },
  { name: "Clients", figure: true, cell: (row) => number(row.clients) },
  { name: "Searches", figure: true, cell: (row) => number(row.searches) },
  withHits
    ? { name: "Results", figure: true, cell: (row) => number(row.hits) }
    : { name: "With a filter", figure: true, cell: (row) => number(row.filtered) },
  { name: "Last", cell: (row) => instant(row.last) },
  { name: "Judgments", cell: (row) => judgeLink(row) },
];

/** To the hits of that query, so that it gets among those that are judged. */
const judgeLink = ({ index, q }) => (q ? element(
  "a",
  { href: `/admin/relevance#judge?${new URLSearchParams({ index, q })}`, "aria-label": `Add to query set: ${q}` },
  "Add to query set",
) : "–");

const CTR = [
  { name: "Query", head: true, cell: (row) => searchLink(row.index, row.q) },
  { name: "Index", cell: (row) => row.index },
  { name: "Clients", figure: true, cell: (row) => number(row.clients) },
  { name: "Searches", figure: true, cell: (row) => number(row.searches) },
  { name: "With a click", figure: true, cell: (row) => percent(row.ctr) },
];

const SLOW = [
  { name: "Took", figure: true, head: true, cell: (row) => [ms(row.total_ms), stages(row)] },
  { name: "Request", cell: (row) => [element("code", {}, `${row.method} ${row.path}`), parameters(row)] },
  { name: "Status", figure: true, cell: (row) => row.status },
  { name: "When", cell: (row) => instant(row.time) },
];

function stages({ stages: parts, total_ms: total }) {
  if (!Object.keys(parts).length) return "";
  let x = 0;
  const text = Object.entries(parts).map(([name, value]) => `${name} ${ms(value)}`).join(", ");
  const bars = Object.entries(parts).map(([name, value]) => {
    const width = (value / total) * 100;
    x += width;
    return drawn("rect", { class: name, x: x - width, y: 0, width, height: 6 });
  });
  const picture = drawn("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", role: "img", "aria-label": text }, ...bars);
  return element("span", { class: "stages", title: text }, picture);
}

const parameters = (row) => element(
  "details", {}, element("summary", {}, row.parameters.q ?? row.parameters.query ?? "Parameters"),
  element("code", {}, JSON.stringify(row.parameters, null, 1)),
);

let wanted = () => {};
$("queries-choices").addEventListener("change", () => wanted());
$("queries-choices").addEventListener("submit", (event) => {
  event.preventDefault();
  wanted();
});

export const queries = { title: "Queries", seconds: 0, show: refresh, refresh, onChange(act) { wanted = act; } };
