// Explains a hit against another one: what sets their scores apart, and what would turn them round.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { partName } from "/ui/why.js";

const LEAST_SHARE = 0.005;

/** A part that asks when it is opened. `others` gives the hits that it can be set against. */
export function versusElement(index, found, title, parameters, others, nameOf) {
  const place = element("div", { class: "why" });
  const choice = element("select", { onchange: () => ask(), "aria-label": `Another hit than ${title}` });
  const result = element("div");
  const ask = async () => {
    result.replaceChildren(element("p", {}, "Looking…"));
    const asked = { ...parameters, index, id: found.id, vs: choice.value };
    try {
      result.replaceChildren(...told(await get("/v1/relevance/explain", asked)));
    } catch (error) {
      result.replaceChildren(element("p", {}, error.message));
    }
  };
  const ontoggle = ({ target }) => {
    if (!target.open || place.childElementCount) return;
    const hits = others().map((other, at) => [other, at + 1]).filter(([other]) => other.id !== found.id);
    if (!hits.length) return place.append(element("p", {}, "There is no other hit."));
    choice.append(...hits.map(([other, at]) => element("option", { value: other.id }, `${at}. ${nameOf(other)}`)));
    const own = others().findIndex((other) => other.id === found.id);
    choice.value = others()[own > 0 ? own - 1 : 1].id;
    place.append(element("label", { class: "against" }, "Against ", choice), result);
    ask();
  };
  return element("details", { ontoggle }, element("summary", { "aria-label": `${title} against another hit` }, "Against another"), place);
}

function told({ reasons, differences, other }) {
  // What is said of the hit by itself stands under Why.
  const from = reasons.findIndex((reason) => reason.startsWith(`${other.id} is `));
  const sentences = reasons.slice(Math.max(0, from)).filter((reason) => !/^\d+% of that/.test(reason));
  const shown = differences.filter(({ share }) => Math.abs(share) >= LEAST_SHARE);
  return [
    element("ul", {}, ...sentences.map((text) => element("li", {}, `${text[0].toUpperCase()}${text.slice(1)}.`))),
    ...(shown.length ? [table(shown)] : []),
  ];
}

function table(differences) {
  const most = Math.max(...differences.flatMap(({ here, there }) => [here, there]));
  const cell = (score) => element(
    "td", {}, element("meter", { min: 0, max: most, value: score, "aria-label": score.toFixed(2) }), ` ${score.toFixed(2)}`,
  );
  return element(
    "table", {},
    element("thead", {}, element("tr", {}, ...["What counts", "Here", "There"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...differences.map((one) => element(
      "tr", {}, element("th", { scope: "row" }, partName(one)), cell(one.here), cell(one.there),
    ))),
  );
}
