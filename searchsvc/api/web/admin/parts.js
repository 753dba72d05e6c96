// What several views of the admin page are made of: tables, choices of an index, numbers, times.

import { get, Problem } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { credentials } from "/ui/key.js";

export const $ = (id) => document.getElementById(id);

const numbers = new Intl.NumberFormat();
const instants = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

export const number = (value) => (value == null ? "–" : numbers.format(value));
export const instant = (text) => (text ? instants.format(new Date(text)) : "–");
export const minute = (text) => clock.format(new Date(text));
export const percent = (part) => `${Math.round(part * 100)} %`;
export const ms = (value) => `${value < 10 ? value.toFixed(2) : numbers.format(Math.round(value))} ms`;

export function bytes(value) {
  if (value == null) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  let left = value;
  for (; left >= 1000 && at < units.length - 1; at += 1) left /= 1000;
  return `${at && left < 10 ? left.toFixed(1) : Math.round(left)} ${units[at]}`;
}

export function duration(seconds) {
  if (seconds == null) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

/**
 * A table. A column is `{ name, cell, figure?, head? }`: `cell(row)` gives text or an element,
 * a `figure` stands to the right, and `head` names the row.
 */
export function table(columns, rows, none) {
  if (!rows.length) return element("p", { class: "soft" }, none);
  const kind = ({ figure }) => (figure ? "figure" : null);
  const heads = columns.map((column) => element("th", { scope: "col", class: kind(column) }, column.name));
  const lines = rows.map((row) => element("tr", {}, ...columns.map((column) => element(
    column.head ? "th" : "td",
    { scope: column.head ? "row" : null, class: kind(column) },
    ...[column.cell(row)].flat(),
  ))));
  return element(
    "table", {},
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...lines),
  );
}

/** Every index by name, with what is known of it. */
export async function statuses() {
  return (await get("/v1/status")).indexes;
}

/** Let a select offer these texts, and keep what is chosen where it is still there. */
export function offer(select, options) {
  const chosen = select.value;
  const same = JSON.stringify([...select.options].map((one) => one.value)) === JSON.stringify(options.map(([value]) => value));
  if (same) return;
  select.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** Let a select offer the indexes that the key reaches, behind `all` where that is a text. */
export async function offerIndexes(select, all = "") {
  const names = (await credentials()).indexes.map(({ name }) => [name, name]);
  offer(select, all ? [["", all], ...names] : names);
  return names.length > 0;
}

/** Where a search can be tried. */
export const searchLink = (index, q) => element(
  "a", { href: `/ui?${new URLSearchParams({ index, q })}` }, q || "(everything)",
);

export function problemNotice(notice, error, again) {
  const problem = error instanceof Problem ? error.body : { message: String(error) };
  notice.hidden = problem.status === 401; // the form above says so
  notice.replaceChildren(
    element("h2", {}, problem.title ?? "Something went wrong"),
    element("p", {}, [problem.message, problem.hint].filter(Boolean).join("; ")),
    ...(again ? [element("button", { type: "button", class: "quiet", onclick: again }, "Try again")] : []),
  );
}

const SVG = "http://www.w3.org/2000/svg";

/** An element of a picture. */
export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
