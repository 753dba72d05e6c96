// The view of latencies: percentiles of each minute as a picture, and of the last five as a table.

import { get } from "/ui/api.js";
import { breakable, element } from "/ui/elements.js";
import { $, drawn, minute, ms, number, offer, table } from "/admin/parts.js";

const LINES = ["p50", "p90", "p99"];
const HEIGHT = 240;
const MARGIN = { top: 8, right: 8, bottom: 24, left: 56 };
const MINUTES = 60;
const NARROW = 400; // where five times would touch

let rows = [];

async function refresh() {
  const [{ windows: [five, hour] }, history] = await Promise.all([
    Promise.all([5, 60].map((minutes) => get("/v1/latency", { minutes })))
      .then((answers) => ({ windows: answers.map((answer) => answer.windows[0].series) })),
    get("/v1/latency/history", chosen()),
  ]);
  offerChoices(hour);
  rows = history.rows;
  draw();
  const shown = five.filter((one) => one.stage === "total");
  $("percentiles").replaceChildren(table(COLUMNS, shown, "No request in the last five minutes."));
}

const chosen = () => ({
  index: $("latency-index").value,
  route: $("latency-route").value,
  stage: $("latency-stage").value || "total",
});

function offerChoices(series) {
  const each = (name) => [...new Set(series.map((one) => one[name]))].filter(Boolean).sort();
  offer($("latency-index"), [["", "All"], ...each("index").map((one) => [one, one])]);
  offer($("latency-route"), [["", "All"], ...each("route").map((one) => [one, one])]);
  const stages = each("stage").filter((one) => one !== "total");
  offer($("latency-stage"), [["total", "total"], ...stages.map((one) => [one, one])]);
}

const COLUMNS = [
  { name: "Route", head: true, cell: (one) => element("code", {}, ...breakable(one.route)) },
  { name: "Index", cell: (one) => one.index || "–" },
  { name: "Requests", figure: true, cell: (one) => number(one.count) },
  ...[...LINES, "max"].map((name) => ({ name, figure: true, cell: (one) => ms(one[`${name}_ms`]) })),
];

// --- the picture -------------------------------------------------------------------------------

function draw() {
  const figure = $("chart");
  const open = figure.querySelector("details")?.open;
  if (!rows.length) {
    figure.replaceChildren(element("p", { class: "soft" }, "No such request in the last hour."));
    return;
  }
  figure.replaceChildren(legend(), picture(figure.clientWidth - 32), numbersBehind(open));
}

function legend() {
  const last = rows[rows.length - 1];
  return element("ul", { class: "legend" }, ...LINES.map((name) => element(
    "li", {},
    drawn("svg", { viewBox: "0 0 28 8", "aria-hidden": "true" }, drawn("path", { class: name, d: "M1 4H27" })),
    `${name} ${ms(last[`${name}_ms`])}`,
  )), element("li", {}, `at ${minute(last.minute)}`));
}

function picture(width) {
  const end = Math.ceil(Date.now() / 60000);
  const most = nice(Math.max(...rows.map((row) => row.p99_ms)));
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (row) => MARGIN.left + (1 - (end - new Date(row.minute) / 60000) / MINUTES) * inner.width;
  const y = (value) => MARGIN.top + (1 - value / most) * inner.height;
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const at = y(most * share);
    return [
      drawn("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }),
      drawn("text", { x: MARGIN.left - 8, y: at + 4, "text-anchor": "end" }, share ? ms(most * share) : "0 ms"),
    ];
  });
  const times = (inner.width < NARROW ? [60, 30, 0] : [60, 45, 30, 15, 0]).map((ago) => drawn(
    "text",
    { x: MARGIN.left + (1 - ago / MINUTES) * inner.width, y: HEIGHT - 6, "text-anchor": ago ? "middle" : "end" },
    minute((end - ago) * 60000),
  ));
  const lines = LINES.toReversed().flatMap((name) => [
    drawn("path", { class: name, d: path(rows, x, (row) => y(row[`${name}_ms`])) }),
    ...rows.filter(alone).map((row) => drawn("circle", { class: name, cx: x(row), cy: y(row[`${name}_ms`]), r: 3 })),
  ]);
  const label = `p50, p90 and p99 of each minute of the last hour; p99 at most ${ms(Math.max(...rows.map((row) => row.p99_ms)))}`;
  return drawn("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label }, ...grid, ...times, ...lines);
}

const MINUTE = 60000;
const follows = (row, before) => new Date(row.minute) - new Date(before.minute) === MINUTE;

/** A minute without neighbours makes no line. */
function alone(row, at) {
  const before = at > 0 && follows(row, rows[at - 1]);
  const after = at < rows.length - 1 && follows(rows[at + 1], row);
  return !before && !after;
}

/** A line through neighbouring minutes; one without requests parts it. */
function path(points, x, y) {
  return points.map((row, at) => {
    const joined = at > 0 && follows(row, points[at - 1]);
    return `${joined ? "L" : "M"}${x(row).toFixed(1)} ${y(row).toFixed(1)}`;
  }).join("");
}

/** The next of 1, 2, 4, 10 … that is not below. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 4, 10].map((step) => step * power).find((step) => step >= value);
}

function numbersBehind(open) {
  const columns = [
    { name: "Minute", head: true, cell: (row) => minute(row.minute) },
    ...COLUMNS.slice(2),
  ];
  return element("details", { open }, element("summary", {}, "As a table"), table(columns, [...rows].reverse(), ""));
}

let redrawn = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(redrawn);
  redrawn = requestAnimationFrame(() => { if (rows.length && !$("view-latency").hidden) draw(); });
});
let wanted = () => {};
$("latency-choices").addEventListener("change", () => wanted());
$("latency-choices").addEventListener("submit", (event) => event.preventDefault());

export const latency = { title: "Latency", seconds: 5, show: refresh, refresh, onChange(act) { wanted = act; } };
