// Shows why a hit is one: the reasons in sentences, and which of its fields hold which words.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { label } from "/ui/texts.js";

/** A part that asks when it is opened. `parameters` are those of the search. */
export function whyElement(path, id, title, parameters) {
  const place = element("div", { class: "why" });
  const ontoggle = async ({ target }) => {
    if (!target.open || place.childElementCount) return;
    place.append(element("p", {}, "Looking…"));
    try {
      const answer = await get(`${path}/why/${encodeURIComponent(id)}`, parameters);
      place.replaceChildren(...told(answer, parameters));
    } catch (error) {
      place.replaceChildren(element("p", {}, error.message));
    }
  };
  return element("details", { ontoggle }, element("summary", { "aria-label": `Why ${title}` }, "Why"), place);
}

function told(answer, { filter }) {
  const { reasons, words, score, match, hit, applied } = answer;
  const several = match === "any" ? "Any of the words is enough" : "Every word is asked for";
  const sentences = [
    ...reasons.map((reason) => reason.replace(/^./u, (first) => first.toUpperCase())),
    ...(words.length > 1 ? [several] : []),
    ...(filter && hit ? ["It passes the filter of the chosen values"] : []),
    ...(applied.synonyms.length ? [`Synonyms that apply: ${applied.synonyms.join(", ")}`] : []),
    ...(applied.rules.length ? [`Rules that apply: ${applied.rules.join(", ")}`] : []),
    ...(score ? [`Its score is ${score.toFixed(2)}`] : []),
  ];
  return [
    element("ul", {}, ...sentences.map((sentence) => element("li", {}, `${sentence}.`))),
    ...(words.length ? [wordTable(words, match)] : []),
  ];
}

const wordTable = (words, match) => element(
  "table", {},
  element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Word"), element("th", { scope: "col" }, "Held by"))),
  element("tbody", {}, ...words.map((word) => element(
    "tr", {},
    element("th", { scope: "row" }, word.word),
    element("td", {}, holders(word) || (word.needed && match === "all" ? "nothing, and it is asked for" : "nothing")),
  ))),
);

function holders({ fields, instead, hidden }) {
  const held = fields.map(label).join(", ");
  const others = instead.length ? `${instead.join(", ")} in its place` : "";
  return [held, hidden && "a field that is not shown", others].filter(Boolean).join("; ");
}
