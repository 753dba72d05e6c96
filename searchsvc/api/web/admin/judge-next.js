// What to judge next: the queries among whose first hits most have not been judged.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { number } from "/admin/parts.js";

const HITS = 10;
/** Of a query of the set that the newest evaluation did not ask: last of the set's that are left. */
const UNKNOWN = -1;
const SHOWN = 15;
const MOST_JUDGMENTS = 10000;

/**
 * List into `list` the queries of the set, and then those of the newest evaluation; `take(query)` is
 * called for the one that somebody chooses.
 */
export async function next(list, { index, sets }, set, take) {
  const isThere = sets.some((one) => one.name === set);
  const [rows, judged] = await Promise.all([newest(index), isThere ? judgedOf(index, set) : new Map()]);
  const queries = new Map([...judged].map(([q]) => [q, UNKNOWN]));
  for (const [q, { ids }] of Object.entries(rows)) {
    queries.set(q, ids.slice(0, HITS).filter((id) => !judged.get(q)?.has(id)).length);
  }
  const turn = ([q, unjudged]) => (!unjudged ? 2 : judged.has(q) ? 0 : 1);
  const ordered = [...queries].sort((one, other) => turn(one) - turn(other) || other[1] - one[1] || one[0].localeCompare(other[0]));
  if (!ordered.length) {
    list.replaceChildren(element("p", { class: "soft" }, "Nothing is known yet: type a query, or see what people search for under Queries."));
    return;
  }
  const left = ordered.filter(([, unjudged]) => unjudged > 0).length;
  list.replaceChildren(
    element("ul", { class: "next" }, ...ordered.slice(0, SHOWN).map(([q, unjudged]) => element(
      "li", {},
      element("button", { type: "button", class: "more", onclick: () => take(q) }, q),
      element("span", { class: "soft" }, told(unjudged)),
    ))),
    element("p", { class: "soft" }, left
      ? `${number(left)} of ${number(ordered.length)} queries have hits that nobody has judged in this set.`
      : `${number(ordered.length)} queries; evaluate to learn what is left to judge.`),
  );
}

const told = (unjudged) => (unjudged === UNKNOWN ? "not evaluated" : unjudged ? `${unjudged} not judged` : "judged");

/** What each query of the newest evaluation found. */
async function newest(index) {
  const { evaluations: [last] } = await get("/v1/relevance/evaluations", { index, limit: 1 });
  return last ? (await get(`/v1/relevance/evaluations/${last.id}`)).answers : {};
}

/** The documents that are judged, by query. */
async function judgedOf(index, set) {
  const found = new Map();
  const path = `/v1/indexes/${encodeURIComponent(index)}/judgments/${encodeURIComponent(set)}`;
  const { judgments } = await get(path, { limit: MOST_JUDGMENTS });
  for (const { query, id } of judgments) found.set(query, (found.get(query) ?? new Set()).add(id));
  return found;
}
