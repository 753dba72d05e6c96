// The page of relevance: which of its views is shown, of which index, by whose judgments.

import { get, Problem } from "/ui/api.js";
import { credentials, keyControl } from "/ui/key.js";
import { compare } from "/admin/compare.js";
import { evaluations } from "/admin/evaluations.js";
import { judge } from "/admin/judge.js";
import { $, number, offer, problemNotice } from "/admin/parts.js";
import { settles } from "/admin/settled.js";
import { tune } from "/admin/tune.js";

/** Each view has `title`, `show(place)`, and `ask(parameters)` where its address may have some. */
const VIEWS = { evaluations, compare, judge, tune };

/**
 * What all views are about: an index as the API describes it, and a set; "": the `file` beside the
 * mapping, which may not be there.
 */
const place = { index: "", set: "", definition: null, sets: [], file: false };

let current = "";

/** `#judge?index=films&q=night` → `judge` and its parameters. */
function address() {
  const [name, query] = location.hash.slice(1).split("?");
  return [VIEWS[name] ? name : "evaluations", new URLSearchParams(query)];
}

async function open() {
  const [name, parameters] = address();
  current = name;
  for (const [one, view] of Object.entries(VIEWS)) {
    $(`view-${one}`).hidden = one !== name;
    const link = document.querySelector(`.views a[href="#${one}"]`);
    if (one === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (one === name) document.title = `${view.title} · searchsvc`;
  }
  let shown;
  const given = attempt(name, async () => {
    await offerIndexes(parameters.get("index"));
    await read();
    VIEWS[name].ask?.(parameters);
    shown = VIEWS[name].show(place);
  });
  settles(given);
  if (await given) await attempt(name, () => shown);
}

class Superseded extends Error {}

/** Whether it could be done; what hindered it is told, unless another view than `name` is shown. */
async function attempt(name, act) {
  try {
    await act();
    if (current === name) $("notice").hidden = true;
    return true;
  } catch (error) {
    if (error instanceof Superseded) return false;
    if (!(error instanceof Problem)) console.error(error);
    if (current === name) problemNotice($("notice"), error, open);
    return false;
  }
}

/** The indexes that the key reaches; a key of some indexes sees those. */
async function offerIndexes(wanted) {
  const names = (await credentials()).indexes.map((one) => one.name);
  if (!names.length) throw new Problem({ title: "No index is defined yet", message: "Define one: searchsvc init DATABASE-URL" });
  offer($("index"), names.map((one) => [one, one]));
  if (names.includes(wanted)) $("index").value = wanted;
}

/** What is known of the chosen index, and its sets. */
async function read() {
  const index = $("index").value;
  const path = `/v1/indexes/${encodeURIComponent(index)}`;
  const [definition, { sets, file }] = await Promise.all([get(path), get(`${path}/judgments`)]);
  if (index !== $("index").value) throw new Superseded(); // another one has been chosen meanwhile
  Object.assign(place, { index, definition, sets, file });
  const counted = (one) => `${one.name}: ${number(one.judgments)} of ${number(one.queries)} queries`;
  // Where there is nothing at all, what is asked for next tells how to begin.
  const beside = file || !sets.length ? [["", "Beside the mapping"]] : [];
  offer($("set"), [...beside, ...sets.map((one) => [one.name, counted(one)])]);
  place.set = $("set").value;
}

$("choices").addEventListener("submit", (event) => event.preventDefault());
$("choices").addEventListener("change", () => {
  if (address()[1].toString()) history.replaceState(null, "", `#${current}`);
  open();
});
addEventListener("hashchange", () => {
  open();
  $("main").focus({ preventScroll: true });
});
keyControl($("key"), open);
open();
