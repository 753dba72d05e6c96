// Shows why a hit is one: the reasons in sentences, and which of its fields hold which words.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { label, number } from "/ui/texts.js";

/** A part that asks when it is opened. `parameters` are those of the search. */
export function whyElement(path, id, title, parameters) {
  const place = element("div", { class: "why" });
  const ontoggle = async ({ target }) => {
    if (!target.open || place.childElementCount) return;
    place.append(element("p", {}, "Looking…"));
    try {
      place.replaceChildren(...told(await get(`${path}/why/${encodeURIComponent(id)}`, parameters)));
    } catch (error) {
      place.replaceChildren(element("p", {}, error.message));
    }
  };
  return element("details", { ontoggle }, element("summary", { "aria-label": `Why ${title}` }, "Why"), place);
}

function told({ reasons, words, rank, score, total, pinned, applied }) {
  const where = rank ? `Place ${number.format(rank)} of ${number.format(total.value)}` : "Not among the first 1,000";
  const facts = [where, ...(score ? [`score ${score.toFixed(2)}`] : []), ...(pinned ? ["pinned by a rule"] : [])];
  const rules = applied.rules.length ? [element("p", {}, `Rules: ${applied.rules.join(", ")}`)] : [];
  return [
    element("p", {}, `${facts.join(" · ")}.`),
    element("ul", {}, ...reasons.map((reason) => element("li", {}, reason))),
    ...(words.length ? [wordTable(words)] : []),
    ...rules,
  ];
}

const wordTable = (words) => element(
  "table", {},
  element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Word"), element("th", { scope: "col" }, "Held by"))),
  element("tbody", {}, ...words.map(({ word, fields, instead, needed }) => element(
    "tr", {},
    element("th", { scope: "row" }, word),
    element("td", {}, holders(fields, instead) || (needed ? "nothing, and it is asked for" : "nothing")),
  ))),
);

function holders(fields, instead) {
  const held = fields.map(label).join(", ");
  const others = instead.length ? `${instead.join(", ")} in its place` : "";
  return [held, others].filter(Boolean).join("; ");
}
