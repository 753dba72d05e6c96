// The view that tunes: what ranks the judged queries better, and whether it really does.

import { element } from "/ui/elements.js";
import { figures, interval } from "/admin/difference.js";
import { followed } from "/admin/follow.js";
import { $, problemNotice, table } from "/admin/parts.js";
import { settled } from "/admin/settled.js";

const USUAL_WORTH = 4;

let place = null;

function show(given) {
  if (place && (place.index !== given.index || place.set !== given.set)) $("tuned").replaceChildren();
  place = { ...given };
}

async function tuneNow(event) {
  event.preventDefault();
  const button = $("tune").querySelector("button");
  button.disabled = true;
  try {
    if (!(await settled())) return;
    const asked = { index: place.index, set: place.set };
    const report = await followed("/v1/relevance/tune", asked, $("tune-run"));
    $("notice").hidden = true;
    $("tuned").replaceChildren(told(report, asked)); // whatever has been chosen meanwhile
    $("tuned").querySelector("h3").focus();
  } catch (error) {
    problemNotice($("notice"), error);
  } finally {
    button.disabled = false;
  }
}

function told(report, asked) {
  const { metric, held_out: found, before } = report;
  const means = `${metric} ${found.toFixed(4)} for ${before.toFixed(4)}`;
  const verdict = report.better ? `Better on queries that were held out: ${means}.` : `Not proven better than the default: ${means}.`;
  return element(
    "article", { class: "compared" },
    element("h3", { class: "verdict", tabindex: "-1" }, verdict),
    interval(report.difference, metric, ["default", "this"], $("tuned").clientWidth),
    figures(report.difference),
    element("p", { class: "soft" }, `Index ${asked.index}, ${asked.set ? `set “${asked.set}”` : "judgments beside the mapping"}.`),
    element("p", { class: "soft" }, `Of judged hits alone: ${report.judged_alone.held_out.toFixed(4)} for ${report.judged_alone.before.toFixed(4)}.`),
    element("h4", { id: "turned-title" }, "What was found"),
    element("div", { class: "scroll", role: "region", "aria-labelledby": "turned-title", tabindex: "0" }, table(COLUMNS, turned(report), "")),
    ...(report.better ? lines(report, asked) : [element("p", { class: "soft" }, "Use the default; more judged queries may tell.")]),
  );
}

const COLUMNS = [
  { name: "What", head: true, cell: (row) => row.what },
  { name: "Default", figure: true, cell: (row) => row.before },
  { name: "Found", figure: true, cell: (row) => row.after },
];

/** What is turned, with its value before and after. */
function turned({ start, found }) {
  const rows = Object.entries(start.weights).map(([name, weight]) => ({
    what: name === "*" ? "all fields together" : name, before: short(weight), after: short(found.weights[name]),
  }));
  if (found.all_words !== start.all_words) {
    rows.push({ what: "to hold all words", before: short(start.all_words ?? usual(start)), after: short(found.all_words) });
  }
  const known = new Set(start.boosts.map((boost) => JSON.stringify(boost)));
  const boosts = found.boosts.filter((boost) => !known.has(JSON.stringify(boost)));
  return [...rows, ...boosts.map(({ field, by, weight }) => ({ what: `${by}(${field})`, before: "–", after: short(weight) }))];
}

const usual = ({ boosts, decays }) => (boosts.length || decays.length ? "first" : USUAL_WORTH);
const short = (value) => (typeof value === "number" ? String(Number(value.toPrecision(3))) : value);

/** How it is put to use: nothing is written here. */
function lines({ mapping, found, ranking }, { index, set }) {
  const anew = found.boosts.length ? "It takes a rebuild, for its boosts." : "It takes no rebuild.";
  const options = `${set && ` --set ${set}`}${ranking === "tuned" ? "" : ` --ranking ${ranking}`}`;
  return [
    element("h4", {}, "For mapping.yaml, beside ", element("code", {}, "default"), " under ", element("code", {}, "ranking:"), ...copying(mapping)),
    element("pre", { tabindex: "0" }, mapping),
    element("p", {}, "Put it there, or let ", element("code", {}, `searchsvc tune ${index}${options} --write`), ` do it. ${anew} It changes no answer until a search names it. On these queries it does better than on others, since it was found on them: compare it by other judgments, or in an experiment.`),
  ];
}

/** A button, where the browser lets a page write to the clipboard: over HTTPS, and here. */
function copying(text) {
  if (!navigator.clipboard) return [];
  const button = element("button", { type: "button", class: "quiet" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  });
  return [" ", button];
}

$("tune").addEventListener("submit", tuneNow);

export const tune = { title: "Tune", show };
