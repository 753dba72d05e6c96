// Shows why a hit is one: the reasons in sentences, which of its fields hold which words, and what
// its score is made of.

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
      if (answer.hit && answer.score) place.append(...await shares(answer, parameters));
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

/** What its score is made of, a bar for each part; nothing for whom it is not told. */
async function shares({ index, id }, parameters) {
  const found = await get("/v1/relevance/explain", { ...parameters, index, id }).catch(() => null);
  if (!found?.hit.parts.length) return [];
  return [element(
    "table", {},
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Of its score"), element("th", { scope: "col" }, "Share"))),
    element("tbody", {}, ...found.hit.parts.filter(({ share }) => share >= LEAST_SHARE).map((part) => {
      const percent = `${Math.round(part.share * 100)} %`;
      return element(
        "tr", {},
        element("th", { scope: "row" }, partName(part)),
        element("td", {}, element("meter", { min: 0, max: 1, value: part.share, "aria-label": percent }), ` ${percent}`),
      );
    })),
  )];
}

const LEAST_SHARE = 0.005;
/** What a part of a score is for. */
export const partName = ({ source, word, field }) => ({
  word: `${word} in ${label(field)}`,
  together: "Its words in all fields together",
  boosts: "Boosts and decays",
  side_by_side: `Words side by side in ${label(field)}, or being all of it`,
  complete: "Every word is there",
  rest: "Words of another spelling, and the like",
})[source];

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
