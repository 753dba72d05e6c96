// Evaluations as a picture: a mark for each mean, a line for the range of the true one.

import { element } from "/ui/elements.js";
import { drawn, instant } from "/admin/parts.js";

const HEIGHT = 240;
const MARGIN = { top: 12, right: 16, bottom: 28, left: 48 };
/** A ranking is told by its mark's form as well as by its colour. */
const FORMS = ["circle", "square", "diamond", "triangle"];
const days = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** Draw `rows`, the newest first, into `figure`; `known` rankings look the same whatever is drawn. */
export function chart(figure, rows, metric, known) {
  const shown = [...rows].reverse();
  const present = new Set(shown.map((row) => row.basis.ranking));
  const every = [...new Set([...known, ...present])];
  const rankings = every.filter((name) => present.has(name));
  const style = (ranking) => every.indexOf(ranking) % FORMS.length;
  figure.replaceChildren(legend(rankings, style, parted(shown)), picture(figure.clientWidth - 32, shown, metric, style));
}

const parted = (rows) => rows.some((row, at) => at && row.basis.judgments !== rows[at - 1].basis.judgments);

const legend = (rankings, style, isParted) => element(
  "ul", { class: "legend" },
  ...rankings.map((name) => element(
    "li", {},
    drawn("svg", { viewBox: "0 0 14 14", class: "mark", "aria-hidden": "true" }, mark(style(name), 7, 7)),
    name,
  )),
  element("li", {}, "A line: where the true figure lies, 95 times of 100."),
  ...(isParted ? [element("li", {}, "Dashed: other judgments on both sides, so no trend.")] : []),
);

function picture(width, rows, metric, style) {
  const found = rows.map((row) => row.metrics[metric]);
  const { least, most, step } = bounds(found);
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (at) => MARGIN.left + ((at + 0.5) / rows.length) * inner.width;
  const y = (value) => MARGIN.top + (1 - (value - least) / (most - least)) * inner.height;
  const lines = Array.from({ length: Math.round((most - least) / step) + 1 }, (_, at) => least + at * step);
  const grid = lines.flatMap((value) => [
    drawn("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
    drawn("text", { x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(2)),
  ]);
  const marks = rows.flatMap((row, at) => {
    const { mean, low, high } = found[at];
    const kind = `s${style(row.basis.ranking)}`;
    const title = drawn("title", {}, `${row.basis.ranking}, ${instant(row.at)}: ${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`);
    return [drawn(
      "g", { class: kind }, title,
      drawn("line", { class: "range", x1: x(at), x2: x(at), y1: y(low), y2: y(high) }),
      mark(style(row.basis.ranking), x(at), y(mean)),
    )];
  });
  const label = `${metric} of ${rows.length} evaluations, the oldest first: ${rows.map((row, at) => `${row.basis.ranking} ${found[at].mean.toFixed(3)}`).join(", ")}`;
  return drawn(
    "svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    ...grid, ...otherJudgments(rows, x), ...times(rows, x, width), ...marks,
  );
}

/** Figures on two sides of such a line are of other queries or ratings, and no trend. */
function otherJudgments(rows, x) {
  return rows.flatMap((row, at) => {
    if (!at || row.basis.judgments === rows[at - 1].basis.judgments) return [];
    const between = (x(at) + x(at - 1)) / 2;
    return [drawn("line", { class: "parted", x1: between, x2: between, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }, drawn("title", {}, "other judgments from here on"))];
  });
}

/** The first and the last time, and some between where there is room. */
function times(rows, x, width) {
  const step = Math.max(1, Math.ceil((rows.length * 130) / width));
  return rows.flatMap((row, at) => (at % step ? [] : [drawn(
    "text", { x: x(at), y: HEIGHT - 8, "text-anchor": "middle" }, days.format(new Date(row.at)),
  )]));
}

function mark(form, x, y) {
  const size = 5;
  const of = {
    circle: () => drawn("circle", { cx: x, cy: y, r: size }),
    square: () => drawn("rect", { x: x - size, y: y - size, width: size * 2, height: size * 2 }),
    diamond: () => drawn("path", { d: `M${x} ${y - size - 2}L${x + size + 2} ${y}L${x} ${y + size + 2}L${x - size - 2} ${y}Z` }),
    triangle: () => drawn("path", { d: `M${x} ${y - size - 1}L${x + size + 1} ${y + size}L${x - size - 1} ${y + size}Z` }),
  };
  const made = of[FORMS[form]]();
  made.setAttribute("class", `mark s${form}`);
  return made;
}

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2];
const MOST_LINES = 6;

/** The range of all ranges in whole steps, within 0 and 1. */
function bounds(found) {
  const low = Math.min(...found.map((one) => one.low));
  const high = Math.max(...found.map((one) => one.high));
  const step = STEPS.find((one) => (high - low) / one <= MOST_LINES - 2) ?? STEPS.at(-1);
  const least = Math.max(0, Math.floor(low / step) * step);
  const most = Math.max(least + step, Math.min(1, Math.ceil(high / step) * step));
  return { least, most, step };
}
