// How one ranking differs from another: its range as a picture, and in figures.

import { element } from "/ui/elements.js";
import { drawn, number } from "/admin/parts.js";

export const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

/** A list of figures, those of a difference and `more`. */
export function figures(found, more = []) {
  const all = [
    ["Mean difference", signed(found.mean)],
    ["95 % range", `${signed(found.interval.low)} to ${signed(found.interval.high)}`],
    ["p", found.p < 0.001 ? "< 0.001" : found.p.toFixed(3)],
    ["Queries", `${number(found.won)} better, ${number(found.lost)} worse, ${number(found.tied)} alike`],
    ...more,
    ["To see 0.01", found.needed ? `about ${number(found.needed)} more queries` : "these queries are enough"],
  ];
  return element("dl", { class: "figures" }, ...all.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

const WIDEST = 640;
const ROOM = 24;
const FRAME = 42;

/** The range with 0 in the middle; `sides` are the names of what is better to the left and right. */
export function interval({ mean, interval: { low, high } }, metric, sides, room) {
  const most = Math.max(Math.abs(low), Math.abs(high), 0.005) * 1.15;
  // As wide as it is shown, so that its texts are as large as others.
  const width = Math.min(WIDEST, room - FRAME);
  const x = (value) => ROOM + ((value + most) / (2 * most)) * (width - 2 * ROOM);
  const kind = low > 0 ? "up" : high < 0 ? "down" : "unsure";
  const label = `${metric}: ${signed(mean)}, 95 % ${signed(low)} to ${signed(high)}; ${kind === "unsure" ? "0 lies within" : "0 lies outside"}`;
  const text = (value, at, anchor = "middle") => drawn("text", { x: x(value), y: at, "text-anchor": anchor }, value ? signed(value) : "0");
  return drawn(
    "svg", { viewBox: `0 0 ${width} 76`, class: "interval", role: "img", "aria-label": label },
    drawn("text", { x: ROOM, y: 72, "text-anchor": "start" }, `← ${sides[0]} is better`),
    drawn("text", { x: width - ROOM, y: 72, "text-anchor": "end" }, `${sides[1]} is better →`),
    drawn("line", { class: "grid", x1: ROOM, x2: width - ROOM, y1: 38, y2: 38 }),
    drawn("line", { class: "zero", x1: x(0), x2: x(0), y1: 20, y2: 56 }),
    text(0, 72),
    drawn("line", { class: `range ${kind}`, x1: x(low), x2: x(high), y1: 38, y2: 38 }),
    drawn("circle", { class: kind, cx: x(mean), cy: 38, r: 7 }),
    text(mean, 16),
  );
}
