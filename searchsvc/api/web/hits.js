// Shows a hit: its title, the line that matches best, and all of its fields.

import { element, marked } from "/ui/elements.js";
import { label, same, yes } from "/ui/texts.js";

/**
 * The title is the first field that is highlighted; the line below is another one that matches.
 * `more` are elements behind them.
 */
export function hitElement(hit, definition, more) {
  const { fields } = definition;
  const title = fields.find((field) => field.highlight && hit.doc[field.name] != null);
  const heading = element("span", { class: "title" }, shown(hit, title?.name) ?? hit.id);
  const item = element("li", { class: "hit" }, element("h2", {}, heading, ...badges(hit, heading, fields)));
  const line = lineOf(hit, title, fields);
  if (line) item.append(element("p", { class: "line" }, line));
  item.append(...more(heading.textContent), allFields(hit, heading.textContent));
  return item;
}

function shown(hit, field) {
  if (field == null) return null;
  if (hit.highlight[field]) return marked(hit.highlight[field]);
  const value = hit.doc[field];
  if (value == null || value === "") return null;
  const text = Array.isArray(value) ? value.map(yes).join(", ") : yes(value);
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}

function lineOf(hit, title, fields) {
  const others = fields.filter(
    (field) => (field.highlight || field.snippet) && field !== title && hit.doc[field.name] != null,
  );
  const matching = others.filter((field) => hit.highlight[field.name]?.includes("<mark>"));
  const sentence = (field) => String(hit.doc[field.name]).trim().split(/\s+/).length > 3;
  const best = matching.find((field) => field.snippet) ?? matching.find(sentence)
    ?? others.find(sentence) ?? matching[0] ?? others[0];
  return shown(hit, best?.name);
}

function badges(hit, heading, fields) {
  const facets = fields.filter((field) => field.facet && field.type === "keyword");
  const values = facets.flatMap((field) => hit.doc[field.name] ?? []).map(String);
  const fits = (value, at) => value && value.length <= 40 && !same(value, heading.textContent)
    && values.findIndex((other) => same(value, other)) === at;
  return values.filter(fits).slice(0, 3)
    .map((value) => element("span", { class: "badge" }, value));
}

function allFields(hit, title) {
  const plain = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : yes(value ?? "–"));
  const rows = Object.entries(hit.doc).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.map(plain).join(", ") : plain(value);
    return [element("dt", {}, label(name)), element("dd", {}, text)];
  });
  const id = [element("dt", {}, "Id"), element("dd", {}, hit.id)];
  const open = element("summary", { "aria-label": `All fields of ${title}` }, "All fields");
  return element("details", {}, open, element("dl", {}, ...id, ...rows));
}
