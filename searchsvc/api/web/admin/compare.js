// The view that compares two rankings or evaluations: the verdict, its range, and what moves.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { figures, interval, signed } from "/admin/difference.js";
import { followed } from "/admin/follow.js";
import { $, instant, number, percent, problemNotice } from "/admin/parts.js";
import { chip, titles } from "/admin/ratings.js";
import { settled } from "/admin/settled.js";

const MOVERS = 10;
const LEVEL = 0.05;

let place = null;
// That the sides offer what the place has.
let offered = Promise.resolve();

function show(given) {
  if (place && place.index !== given.index) $("compared").replaceChildren();
  place = { ...given };
  offered = offerSides(given.index);
  return offered;
}

async function offerSides(index) {
  const { evaluations } = await get("/v1/relevance/evaluations", { index });
  if (index !== place.index) return; // another one has been chosen meanwhile
  for (const [at, side] of ["side-a", "side-b"].entries()) sides($(side), evaluations, at);
}

/** Rankings, which are asked now, and evaluations, which are kept. */
function sides(select, evaluations, at) {
  const chosen = select.value;
  const group = (label, options) => element("optgroup", { label }, ...options.map(([value, text]) => element("option", { value }, text)));
  select.replaceChildren(
    group("Rankings, asked now", place.definition.rankings.map((name) => [name, name])),
    ...(evaluations.length ? [group("Evaluations, kept", evaluations.map((one) => [
      one.id, `${one.basis.ranking}, ${instant(one.at)}, by ${one.judged_by || "–"} (${one.id.slice(0, 8)})`,
    ]))] : []),
  );
  const values = [...select.options].map((one) => one.value);
  select.value = values.includes(chosen) ? chosen : values[Math.min(at, values.length - 1)];
}

async function compareNow(event) {
  event.preventDefault();
  const button = $("compare").querySelector("button");
  button.disabled = true;
  try {
    if (!(await settled())) return;
    await offered;
    $("compared").replaceChildren(); // it was of what was chosen before
    const despite = [...$("despite").querySelectorAll(":checked")].map((one) => one.value);
    const body = {
      index: place.index, a: $("side-a").value, b: [$("side-b").value], set: place.set,
      metric: $("compare-metric").value, despite, movers: MOVERS,
    };
    const { comparisons } = await followed("/v1/relevance/compare", body, $("compare-run"));
    if (body.index !== place.index) return; // another one has been chosen meanwhile
    $("notice").hidden = true;
    $("compared").replaceChildren(...comparisons.map(told));
    $("compared").querySelector("h3").focus();
  } catch (error) {
    if (error.body?.code === "unlike_evaluations") $("compare").querySelector("details").open = true;
    problemNotice($("notice"), error);
  } finally {
    button.disabled = false;
  }
}

function told(one) {
  const { difference: found } = one;
  const [ups, downs] = [one.movers.filter((mover) => mover.gain > 0), one.movers.filter((mover) => mover.gain < 0)];
  return element(
    "article", { class: "compared" },
    element("h3", { class: "verdict", tabindex: "-1" }, sentence(one)),
    interval(found, one.metric, ["A", "B"], $("compared").clientWidth),
    figures(found, [
      ["Lists overlap (RBO)", one.overlap.toFixed(2)],
      ["Judged@10", `${percent(one.judged.a)} and ${percent(one.judged.b)}`],
      ["Median time", `${one.latency_ms < 0 ? "−" : "+"}${Math.abs(one.latency_ms).toFixed(2)} ms`],
    ]),
    ...movers(`Better by B: ${number(found.won)} queries, these most`, ups, one),
    ...movers(`Worse by B: ${number(found.lost)} queries, these most`, downs.toReversed(), one),
  );
}

function sentence({ a, b, metric, difference: { mean, p, interval: { low, high } } }) {
  const [first, second] = a.ranking === b.ranking
    ? [`${a.ranking} of A`, `${b.ranking} of B`] : [a.ranking, b.ranking];
  if ((low > 0 || high < 0) && p < LEVEL) {
    return `${second} is ${mean > 0 ? "better" : "worse"} than ${first} by ${metric}: ${signed(mean)}.`;
  }
  return `Not proven: nobody can tell ${second} from ${first} by ${metric} yet.`;
}

// --- what moves --------------------------------------------------------------------------------

function movers(title, some, one) {
  if (!some.length) return [];
  return [element("h4", {}, title), ...some.map((mover) => moved(mover, one))];
}

function moved({ query, gain, a, b, ratings }, one) {
  const open = element(
    "summary", {},
    element("span", { class: "query" }, query),
    element("span", { class: gain > 0 ? "good" : "bad" }, signed(gain)),
  );
  const body = element("div", {});
  const ontoggle = async ({ target }) => {
    if (!target.open || body.childElementCount) return;
    body.append(element("p", { class: "soft" }, "Looking…"));
    const names = await titles(place.definition, [...a, ...b]);
    body.replaceChildren(
      element(
        "div", { class: "sides" },
        side(`A: ${one.a.ranking}`, a, b, names, ratings), side(`B: ${one.b.ranking}`, b, a, names, ratings),
      ),
      element("p", {}, element("a", { href: `#judge?${new URLSearchParams({ index: one.a.index, q: query })}` }, `Judge “${query}”`)),
    );
  };
  return element("details", { class: "mover", ontoggle }, open, body);
}

function side(title, ids, others, names, ratings) {
  const lines = ids.map((id, at) => element(
    "li", {},
    element("span", {}, String(at + 1)),
    element("span", {}, chip(ratings[id]), " ", names.get(id)),
    element("span", { class: "move soft" }, elsewhere(others.indexOf(id), at)),
  ));
  return element("div", {}, element("h5", {}, title), lines.length ? element("ol", {}, ...lines) : element("p", { class: "soft" }, "No results."));
}

/** Where a hit stands in the other list. */
const elsewhere = (other, at) => (other < 0 ? "only here" : other === at ? "" : `there ${other + 1}`);

$("compare").addEventListener("submit", compareNow);

export const compare = { title: "Compare", show };
