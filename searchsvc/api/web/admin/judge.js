// The view in which people judge: a query's first hits, each with a rating by click or by key.

import { get, Problem } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { hitElement } from "/ui/hits.js";
import { credentials } from "/ui/key.js";
import { whyElement } from "/ui/why.js";
import { next } from "/admin/judge-next.js";
import { $, number, problemNotice } from "/admin/parts.js";
import { chip, MEANINGS, titleField } from "/admin/ratings.js";
import { settled } from "/admin/settled.js";
import { unsaved } from "/admin/unsaved.js";
import { versusElement } from "/admin/versus.js";

const HITS = 10;
const DEFAULT = "default";

let place = null;
/** What is shown: the query as it was asked, its hits, and what raters say, by id. */
let shown = { q: "", set: DEFAULT, hits: [], said: new Map() };

let latest = 0;

const path = (rest) => `/v1/indexes/${encodeURIComponent(place.index)}/${rest}`;

/** What the address names, so that a link leads to a query. */
function ask(parameters) {
  if (parameters.has("q")) $("judge-q").value = parameters.get("q");
}

async function show(given) {
  const other = place?.index !== given.index;
  place = { ...given, sets: [...given.sets] };
  const names = place.definition.rankings;
  $("judge-ranking").replaceChildren(...names.map((name) => element("option", {}, name)));
  if (place.set || !$("judge-set").value) $("judge-set").value = place.set || DEFAULT;
  $("beside").hidden = Boolean(place.set);
  $("beside").textContent = besides();
  if (other) clear();
  await Promise.all([$("judge-q").value ? look() : null, offerNext()]);
}

/** What becomes of ratings where no set is chosen. */
function besides() {
  const into = "What is judged here gets into a set.";
  if (!place.file) return into;
  return `${into} mappings/${place.index}/judgments.csv stays as it is, and its judgments do not show: searchsvc judge import ${place.index} takes it into a set.`;
}

function clear() {
  shown = { q: "", set: DEFAULT, hits: [], said: new Map() };
  $("hits").replaceChildren();
  $("judge-state").textContent = "Type a query, or take one of those to judge next.";
}

const setName = () => $("judge-set").value.trim() || DEFAULT;

async function offerNext() {
  await next($("next"), place, setName(), (q) => {
    location.hash = `#judge?${new URLSearchParams({ index: place.index, q })}`;
  });
}

/** Ask the query, and for what is known of its hits. */
async function look() {
  const q = $("judge-q").value.trim();
  if (!q) return clear();
  const set = setName();
  const asked = { q, ranking: $("judge-ranking").value, per_page: HITS };
  const mine = latest += 1;
  const [found, said] = await Promise.all([get(path("search"), asked), judgments(set, q)]);
  if (mine !== latest) return; // another query has been asked meanwhile
  shown = { q, set, hits: found.hits, said, asked };
  $("hits").replaceChildren(...found.hits.map(hit));
  tell();
}

/** What each rater says of each document; nothing of a set that is not there yet. */
async function judgments(set, q) {
  const said = new Map();
  if (!place.sets.some((one) => one.name === set)) return said;
  const answer = await get(path(`judgments/${encodeURIComponent(set)}`), { q });
  for (const { id, rater, rating } of answer.judgments) said.set(id, new Map(said.get(id)).set(rater, rating));
  return said;
}

// --- a hit ---------------------------------------------------------------------------------------

function hit(found, at) {
  const parameters = { q: shown.q, ranking: shown.asked.ranking };
  const item = hitElement(found, place.definition, (title) => [
    group(found.id, title),
    ...TOOLS.map((tool) => tool(found, title, parameters)),
  ]);
  item.dataset.id = found.id;
  item.prepend(element("span", { class: "place", "aria-hidden": "true" }, String(at + 1)));
  return item;
}

/** What else can be asked of a hit: each makes an element of (hit, title, parameters). */
const TOOLS = [
  (found, title, parameters) => whyElement(path("").slice(0, -1), found.id, title, parameters),
  (found, title, parameters) => versusElement(
    place.index, found, title, parameters, () => shown.hits, ({ id, doc }) => String(doc[titleField(place.definition)?.name] ?? id),
  ),
];

function group(id, title) {
  const buttons = MEANINGS.map((meaning, rating) => element(
    "button", {
      type: "button", class: `rate r${rating}`, "data-rating": rating, "aria-pressed": "false",
      onclick: () => rate(id, rating),
    }, element("b", {}, String(rating)), ` ${meaning}`,
  ));
  const made = element("div", { class: "rates", role: "group", "aria-label": `Rating of ${title}` }, ...buttons, element("span", { class: "said soft" }));
  mark(made, id);
  return made;
}

const key = (id) => ({ index: place.index, set: shown.set, query: shown.q, id });

/** Show what is known of the document: what was just chosen, else what raters agree on. */
function mark(made, id) {
  const said = [...(shown.said.get(id) ?? new Map())];
  const chosen = unsaved.get(key(id));
  const mean = said.length ? said.reduce((sum, [, rating]) => sum + rating, 0) / said.length : undefined;
  for (const button of made.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.rating) === (chosen ?? mean)));
  }
  const told = made.querySelector(".said");
  if (chosen !== undefined) told.replaceChildren(unsaved.failed ? "not saved" : "saving…");
  else if (said.length > 1) told.replaceChildren(chip(mean), ` of ${said.map(([rater, rating]) => `${rater || "nobody named"} ${rating}`).join(", ")}`);
  else told.replaceChildren(said.length ? "" : "not judged");
}

const marks = () => {
  for (const item of $("hits").children) mark(item.querySelector(".rates"), item.dataset.id);
  tell();
};

function tell() {
  const { q, hits, said, set } = shown;
  const left = hits.filter((found) => !said.has(found.id)).length;
  const known = hits.length ? `${number(hits.length - left)} of ${number(hits.length)} hits judged in the set “${set}”.` : "No results; there is nothing to judge.";
  $("judge-state").textContent = q ? `“${q}”: ${known}${hits.length ? " Within a hit, the keys 0 to 3 rate it and lead to the next." : ""}` : "";
}

// --- rating --------------------------------------------------------------------------------------

async function rate(id, rating) {
  unsaved.put(key(id), rating);
  marks();
  await save();
}

/** Send what is not saved; what cannot be sent stays, what is refused does not, and both are told. */
async function save() {
  const { saved, refused, failure } = await unsaved.send();
  await known(saved).catch(() => {}); // whose they are is shown with the next look
  if (failure && !(failure instanceof Problem)) console.error(failure);
  const notice = $("judge-notice");
  if (failure || refused.length) {
    problemNotice(notice, failure ?? refused[0].error, failure ? save : undefined);
    if (refused.length) notice.append(element("p", {}, `${ratings(refused.length)} refused, and not kept: ${refused[0].error.message}.`));
    if (unsaved.size) notice.append(element("p", {}, `${ratings(unsaved.size)} kept here until then.`));
  } else if (saved.length && !unsaved.size) {
    notice.hidden = true;
  }
  marks();
}

const ratings = (count) => `${number(count)} ${count === 1 ? "rating is" : "ratings are"}`;

/** Those that the server has are what raters say. */
async function known(saved) {
  if (!saved.length) return;
  const { name } = await credentials();
  for (const { set, query, index, id, rating } of saved) {
    if (index === place.index && !place.sets.some((one) => one.name === set)) place.sets.push({ name: set });
    if (index === place.index && query === shown.q && set === shown.set) {
      shown.said.set(id, new Map(shown.said.get(id)).set(name ?? "", rating));
    }
  }
}

/** 0 to 3 while something of a hit has the focus; in no field, and for nobody else. */
$("hits").addEventListener("keydown", (event) => {
  const item = event.target.closest("li");
  if (!item || event.target.matches("select") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in MEANINGS) {
    event.preventDefault();
    rate(item.dataset.id, Number(event.key));
    focus(item.nextElementSibling ?? item);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const to = event.key === "ArrowDown" ? item.nextElementSibling : item.previousElementSibling;
    if (to) {
      event.preventDefault();
      focus(to);
    }
  }
});

function focus(item) {
  const pressed = item.querySelector('.rates [aria-pressed="true"]');
  (pressed ?? item.querySelector(".rates button")).focus();
}

$("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await settled()) || $("view-judge").hidden) return; // another view has been chosen meanwhile
  const q = $("judge-q").value.trim();
  const wanted = `#judge?${new URLSearchParams({ index: place.index, q })}`;
  if (q) history.replaceState(null, "", wanted);
  look().then(() => $("hits").querySelector(".rates button")?.focus(), (error) => problemNotice($("judge-notice"), error));
});
$("judge-set").addEventListener("change", () => offerNext().catch((error) => problemNotice($("judge-notice"), error)));

export const judge = { title: "Judge", ask, show };
