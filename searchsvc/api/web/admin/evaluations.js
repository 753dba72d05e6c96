// The view of evaluations: each over time with the range of its figure, and making one now.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { followed } from "/admin/follow.js";
import { chart } from "/admin/evaluation-chart.js";
import { $, instant, ms, number, offer, percent, problemNotice, table } from "/admin/parts.js";
import { settled } from "/admin/settled.js";

const USUAL = "ndcg@10";
const WORST = 30;

let place = null;
let rows = [];

async function show(given) {
  place = given;
  const names = place.definition.rankings;
  offer($("evaluate-ranking"), names.map((name) => [name, name]));
  await refresh();
}

async function refresh() {
  const { evaluations } = await get("/v1/relevance/evaluations", { index: place.index });
  rows = evaluations;
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
  offer($("chart-metric"), metrics.map((name) => [name, name]));
  if (!$("chart-metric").value) $("chart-metric").value = metrics.includes(USUAL) ? USUAL : metrics[0];
  $("chart-choices").hidden = !rows.length;
  $("whole").replaceChildren();
  draw();
}

function draw() {
  const metric = $("chart-metric").value;
  $("chart").hidden = !rows.length;
  if (rows.length) chart($("chart"), rows.filter((row) => row.metrics[metric]), metric, place.definition.rankings);
  $("list").replaceChildren(table(columns(metric), rows, "No evaluation yet. Judge some results, then evaluate."));
}

export const score = (value) => value.toFixed(3);
export const range = ({ low, high }) => `${score(low)} to ${score(high)}`;

/** Without seconds, as a row shall fit. */
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const columns = (metric) => [
  { name: "When", head: true, cell: (row) => moments.format(new Date(row.at)) },
  { name: "Queries", cell: (row) => element("button", { type: "button", class: "quiet", "aria-label": `Show queries of ${row.basis.ranking}, ${instant(row.at)}`, onclick: () => shown(row, metric) }, "Show") },
  { name: "Ranking", cell: (row) => row.basis.ranking },
  { name: metric || "Metric", figure: true, cell: (row) => (row.metrics[metric] ? score(row.metrics[metric].mean) : "–") },
  { name: "95 %", figure: true, cell: (row) => (row.metrics[metric] ? range(row.metrics[metric]) : "–") },
  { name: "Judged by", cell: (row) => row.judged_by || "–" },
  { name: "Judged@10", figure: true, cell: (row) => percent(row.judged) },
  { name: "Asked", figure: true, cell: (row) => number(row.queries) },
  { name: "Without hits", figure: true, cell: (row) => number(row.empty.length) },
  { name: "p50", figure: true, cell: (row) => ms(row.p50_ms) },
  { name: "p95", figure: true, cell: (row) => ms(row.p95_ms) },
  { name: "Id", cell: (row) => element("code", {}, row.id.slice(0, 8)) },
];

/** The queries that an evaluation answers worst, each with a way to judge it. */
async function shown(row, metric) {
  try {
    const { answers } = await get(`/v1/relevance/evaluations/${row.id}`);
    const each = Object.entries(answers).map(([q, found]) => ({ q, ...found }));
    each.sort((one, other) => one[metric] - other[metric]);
    $("whole").replaceChildren(
      element("h3", { id: "whole-title", tabindex: "-1" }, `Worst queries of ${row.basis.ranking}, ${instant(row.at)}`),
      element("div", { class: "scroll", role: "region", "aria-labelledby": "whole-title", tabindex: "0" }, table([
        { name: "Query", head: true, cell: (one) => judgeLink(place.index, one.q) },
        { name: metric, figure: true, cell: (one) => score(one[metric]) },
        { name: "Hits", figure: true, cell: (one) => number(one.ids.length) },
        { name: "Took", figure: true, cell: (one) => ms(one.ms) },
      ], each.slice(0, WORST), "None.")),
      element("p", { class: "soft" }, each.length > WORST ? `The worst ${WORST} of ${number(each.length)}.` : "All of them."),
    );
    $("whole-title").focus();
  } catch (error) {
    problemNotice($("notice"), error);
  }
}

const judgeLink = (index, q) => element("a", { href: `#judge?${new URLSearchParams({ index, q })}` }, q);

async function evaluate(event) {
  event.preventDefault();
  const button = $("evaluate").querySelector("button");
  button.disabled = true;
  try {
    if (!(await settled())) return;
    const body = { index: place.index, ranking: $("evaluate-ranking").value, set: place.set };
    const { evaluation } = await followed("/v1/relevance/evaluate", body, $("evaluate-run"));
    $("notice").hidden = true;
    if (body.index !== place.index) return;
    await refresh();
    const made = rows.find((row) => row.id === evaluation);
    if (made) $("evaluate-run").replaceChildren(element("span", {}, told(made)));
  } catch (error) {
    problemNotice($("notice"), error);
  } finally {
    button.disabled = false;
  }
}

function told(made) {
  const [name, found] = Object.entries(made.metrics)[0];
  return `${made.basis.ranking}: ${name} ${score(found.mean)} (${range(found)})`;
}

let redrawn = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(redrawn);
  redrawn = requestAnimationFrame(() => { if (rows.length && !$("view-evaluations").hidden) draw(); });
});
$("evaluate").addEventListener("submit", evaluate);
$("chart-choices").addEventListener("submit", (event) => event.preventDefault());
$("chart-choices").addEventListener("change", draw);

export const evaluations = { title: "Evaluations", show };
