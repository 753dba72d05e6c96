// The search page: the state is the URL, the answer is the API's, and this file is between them.

import { get, Problem } from "/ui/api.js";
import { breakable, element, marked } from "/ui/elements.js";
import { hitElement } from "/ui/hits.js";
import { credentials, keyControl } from "/ui/key.js";
import { bound, day, label, number, same, yes } from "/ui/texts.js";
import { whyElement } from "/ui/why.js";

const PER_PAGE = 10;
const LAST_PAGE = 1000;
const MOST_PAGED = { documents: 10_000, groups: 1_000 }; // pages of the API reach no further
const FACET_VALUES = 10;
const MORE_FACET_VALUES = 200;
const TYPING_MS = 120;

const $ = (id) => document.getElementById(id);
const input = $("q");

/**
 * Everything that the URL says. `chosen` maps a facet field to its chosen values; `group` is a
 * field, "none", or "" for what the index does by itself.
 */
let state = { index: "", q: "", sort: "", group: "", page: 1, chosen: new Map() };
/** The fields, sorts and groups of the index that is shown. */
let definition = null;
/** What the key of this tab may do, or anybody where none is asked for. */
let who = null;
/** The facet fields of which more than the commonest values are shown. */
let wide = new Set();
/** Whether the state is one to come back to, or only what has been typed so far. */
let settled = true;

// --- the URL ---------------------------------------------------------------------------------

function readUrl() {
  const query = new URLSearchParams(location.search);
  const chosen = new Map();
  for (const [name, value] of query) {
    if (!name.startsWith("f.")) continue;
    const field = name.slice(2);
    chosen.set(field, [...(chosen.get(field) ?? []), value]);
  }
  const page = Number.parseInt(query.get("page") ?? "1", 10);
  return {
    index: query.get("index") ?? "",
    q: query.get("q") ?? "",
    sort: query.get("sort") ?? "",
    group: query.get("group") ?? "",
    page: page >= 1 ? Math.min(page, LAST_PAGE) : 1,
    chosen,
  };
}

function urlOf({ index, q, sort, group, page, chosen }) {
  const query = new URLSearchParams();
  if (index) query.set("index", index);
  if (q) query.set("q", q);
  for (const [field, values] of chosen) for (const value of values) query.append(`f.${field}`, value);
  if (sort) query.set("sort", sort);
  if (group) query.set("group", group);
  if (page > 1) query.set("page", page);
  const text = query.toString();
  return text ? `/ui?${text}` : "/ui";
}

/**
 * Show a changed state. Every step can be gone back, and what was typed is one step; the same state
 * again is none. `replace`: the state as it should have been.
 */
function go(changes, { typing = false, replace = false } = {}) {
  state = { ...state, page: 1, ...changes };
  const url = urlOf(state);
  const here = readUrl();
  const other = url !== urlOf({ ...here, index: here.index || state.index });
  const pushes = other && !replace && (settled || !typing);
  history[pushes ? "pushState" : "replaceState"](null, "", url);
  settled = !typing;
  // What is being typed is never written over: it may be ahead of the state.
  if (!typing) input.value = state.q;
  return show();
}

// --- the API ---------------------------------------------------------------------------------

/** Only the newest call of a kind may show its answer; older ones are aborted. */
function newest() {
  let controller = new AbortController();
  return () => {
    controller.abort();
    controller = new AbortController();
    return controller.signal;
  };
}
const searching = newest();
const suggesting = newest();

const path = (route) => `/v1/indexes/${encodeURIComponent(state.index)}${route}`;

function filterOf(chosen) {
  const conditions = [];
  for (const [field, values] of chosen) {
    const quoted = values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`);
    const wanted = isRanged(field)
      ? `(${values.map((value) => within(field, value)).join(" OR ")})`
      : `${field} IN [${quoted.join(", ")}]`;
    conditions.push(wanted);
  }
  return conditions.join(" AND ");
}

/** Before a facet has been seen, its chosen value says what it is. */
function isRanged(name) {
  const found = definition?.fields.find((field) => field.name === name);
  if (found) return ["ranges", "histogram"].includes(found.facet_type);
  return state.chosen.get(name)?.every((value) => /^[^.]*\.\.|\.\.[^.]*$/.test(value)) ?? false;
}

/** A range is chosen as `from..to`; either may be missing. */
function within(field, range) {
  const [from, to] = range.split("..");
  const bounds = [from && `${field}>="${from}"`, to && `${field}<"${to}"`];
  return `(${bounds.filter(Boolean).join(" AND ") || `${field} EXISTS`})`;
}

function searchParameters() {
  const parameters = { q: state.q, page: state.page, per_page: perPage(), facets: "*" };
  // One more than is shown tells whether there are more.
  parameters.facet_limit = wide.size ? MORE_FACET_VALUES : FACET_VALUES + 1;
  const filter = filterOf(state.chosen);
  if (filter) parameters.filter = filter;
  if (state.sort) parameters.sort = state.sort;
  if (state.group) parameters.group_by = state.group;
  return parameters;
}

// --- showing an answer -----------------------------------------------------------------------

async function show() {
  const signal = searching();
  fillControls();
  $("results").setAttribute("aria-busy", "true");
  try {
    await choose(signal);
    const asked = Promise.all([get(path("/search"), searchParameters(), signal), describe()]);
    number.format(0); // while the server works, so that the answer need not wait for it
    const [answer] = await asked;
    if (signal.aborted) return;
    showSorts();
    const last = lastPage(answer.total);
    if (state.page > last) return go({ page: last }, { replace: true });
    showAnswer(answer);
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    showProblem(error);
  }
  $("results").removeAttribute("aria-busy");
}

/** Find out which indexes there are, and which is meant. */
async function choose(signal) {
  if (!who) {
    const may = await credentials();
    signal.throwIfAborted(); // the key may be another one by now
    who = may;
    $("index").replaceChildren(...who.indexes.map(({ name }) => element("option", {}, name)));
    $("index-choice").hidden = who.indexes.length < 2;
  }
  const { indexes } = who;
  if (!indexes.length && who.name) {
    throw new Problem({ title: "Nothing to search", message: `The key “${who.name}” reaches no index of this server.` });
  }
  if (!indexes.length) {
    throw new Problem({
      title: "No index is defined yet",
      message: "Define one: searchsvc init DATABASE-URL, or try: searchsvc demo",
    });
  }
  fillControls();
  if (!state.index) state.index = (indexes.find((index) => index.serving) ?? indexes[0]).name;
  if (definition?.name !== state.index) definition = null;
  // Only a definition tells a range from a value that reads like one.
  if (state.chosen.size) await describe();
  fillControls();
}

const isAnalyst = () => who.role !== "search";
const perPage = () => Math.min(PER_PAGE, who?.max_per_page ?? PER_PAGE);

/** What the index has, as far as the key may name it. */
async function describe() {
  if (definition?.name === state.index) return;
  const index = state.index;
  const found = await get(path(""));
  if (index === state.index) definition = found;
}

function fillControls() {
  $("index").value = state.index;
  // An index that is not there leaves a choice: any that is chosen then is another one.
  if (!$("index").value) $("index").selectedIndex = -1;
  $("sort").value = state.sort;
  $("group").value = state.group || usualGroup();
  document.title = state.q ? `${state.q} · Search` : "Search";
}

function showSorts() {
  const names = definition.sorts.filter(isOffered).map((sort) => sort.name);
  const options = names.map((name) => element("option", { value: name }, label(name)));
  $("sort").replaceChildren(element("option", { value: "" }, "Relevance"), ...options);
  $("sort-choice").hidden = !names.length;
  const { of } = definition.group_by;
  $("group").replaceChildren(
    element("option", { value: "none" }, "Nothing"),
    ...of.map((name) => element("option", { value: name }, label(name))),
  );
  $("group-choice").hidden = !of.length;
  fillControls();
}

/** One by distance needs a place to measure from, and this page has none. */
const isOffered = ({ field }) => definition.fields.find((one) => one.name === field)?.type !== "geo";

const usualGroup = () => definition?.group_by.default ?? "none";
const groupedBy = () => state.group || usualGroup();

function showAnswer(answer) {
  const total = answer.total.value;
  const unit = answer.total.unit === "groups" ? "group" : "result";
  const about = answer.total.relation === "gte" ? "more than " : "";
  const words = `${about}${number.format(total)} ${unit}${total === 1 ? "" : "s"}`;
  $("count").replaceChildren(element("strong", {}, words));
  if (state.q) $("count").append(" for “", state.q, "”");
  const relaxed = answer.applied.match === "any" && state.q.trim().includes(" ");
  if (relaxed && total) $("count").append(" · few have all words, the others have some");
  if (answer.correction) $("count").append(" · did you mean ", searchFor(answer.correction.query), "?");
  const ignored = answer.applied.ignored_words.length;
  if (ignored) $("count").append(` · ${ignored} ${ignored === 1 ? "word was" : "words were"} not looked up`);
  $("status").textContent = total ? words : "No results";
  showChips();
  showFacets(answer.facets);
  showRedirect(answer.redirect);
  $("hits").replaceChildren(...answer.hits.map(shownHit));
  showNothing(total);
  showPages(answer.total);
  showLatency(answer);
}

/** A link to another search of the same index. */
function searchFor(q) {
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ q });
  };
  return element("a", { href: urlOf({ ...state, q, page: 1 }), onclick }, q);
}

/** Where a rule sends whoever searches for this: only to the web, whatever the rule says. */
function showRedirect(target) {
  $("redirect").hidden = true;
  if (!target) return;
  const url = URL.parse?.(target, location.href) ?? new URL(target, location.href);
  if (!/^https?:$/.test(url.protocol)) return;
  $("redirect").replaceChildren("See ", element("a", { href: url.href }, target));
  $("redirect").hidden = false;
}

function shownHit(hit) {
  return hitElement(hit, definition, (title) => [
    ...(hit.group?.count > 1 ? [groupElement(hit.group, title)] : []),
    ...(isAnalyst() ? [whyElement(path(""), hit.id, title, whyParameters())] : []),
  ]);
}

function whyParameters() {
  const { q, filter, sort } = searchParameters();
  return { q, ...(filter && { filter }), ...(sort && { sort }) };
}

/** Leads to all hits of a group, as far as its field can be filtered by. */
function groupElement({ key, count }, title) {
  const by = label(groupedBy());
  const text = `${number.format(count - 1)} more of ${yes(key)}`;
  const field = definition.fields.find((one) => one.name === groupedBy());
  if (!field?.filter) return element("p", { class: "group" }, text);
  const open = () => go({ group: "none", chosen: new Map(state.chosen).set(field.name, [String(key)]) });
  const attributes = { type: "button", class: "more", onclick: open, "aria-label": `${text}, by ${by}, beside ${title}` };
  return element("p", { class: "group" }, element("button", attributes, text));
}

function showNothing(total) {
  const notice = $("notice");
  notice.hidden = total > 0;
  if (total > 0) return;
  const wordless = state.q.trim() && !/[\p{L}\p{N}]/u.test(state.q);
  const advice = wordless
    ? "There is no word in it: words are letters and digits."
    : "Try fewer or other words, or check their spelling.";
  const body = element("p", {}, advice);
  notice.replaceChildren(element("h2", {}, "Nothing found"), body);
  if (state.chosen.size) {
    body.textContent = "The chosen values may leave nothing over.";
    notice.append(action("Remove them all", () => go({ chosen: new Map() })));
  }
}

function showProblem(error) {
  const problem = error instanceof Problem ? error.body : { message: String(error) };
  const notice = $("notice");
  notice.hidden = problem.status === 401; // the form above says so
  notice.replaceChildren(
    element("h2", {}, problem.title ?? "Something went wrong"),
    element("p", {}, [problem.message, problem.hint].filter(Boolean).join("; ")),
    ...waysOut(problem),
  );
  $("count").textContent = "";
  $("status").textContent = "";
  $("hits").replaceChildren();
  $("pages").hidden = $("latency").hidden = $("redirect").hidden = true;
  showFacets({});
  showChips();
}

/** What can help against a problem; never a button that leads to the same one. */
function waysOut(problem) {
  const outOfReach = who && !who.indexes.some(({ name }) => name === state.index);
  if (problem.code === "unknown_index" || (problem.code === "key_forbids" && outOfReach)) {
    return who.indexes.map(({ name }) => element(
      "a", { class: "quiet", href: urlOf({ ...readUrl(), index: name, chosen: new Map(), sort: "", group: "", page: 1 }) },
      `Search ${name}`,
    ));
  }
  if (problem.param === "page") return [action("First page", () => go({}))];
  const nothing = { chosen: new Map(), sort: "", group: "" };
  if (problem.param === "q" || problem.status === 414) {
    return [action("Clear the search", () => go({ q: "", ...nothing }))];
  }
  if (problem.status === 400 && (state.chosen.size || state.sort || state.group)) {
    return [action("Remove filters and sort", () => go(nothing))];
  }
  return [action("Try again", show)];
}

/** A button that goes away with what it does; whoever uses the keyboard is led to the results. */
function action(text, act) {
  const onclick = async () => {
    await act();
    $("results").focus({ preventScroll: true });
  };
  return element("button", { type: "button", class: "quiet", onclick }, text);
}

// --- facets ----------------------------------------------------------------------------------

/** What can be chosen of a facet: a value, its text, its count, and how deep a place lies. */
function choices(facet) {
  if (facet.type === "path") return places(facet.levels, null, 0);
  if (facet.type === "values") {
    return facet.values.map(({ value, count }) => ({ value: String(value), text: yes(value), count }));
  }
  const all = facet.ranges.map(({ from, to, count }) => ({ value: `${from ?? ""}..${to ?? ""}`, count }));
  return all.filter(({ count }) => count).map((range) => ({ ...range, text: rangeText(range.value) }));
}

/** The places directly below one, each with those within it where they are shown. */
function places(levels, below, depth) {
  const level = levels.find((one) => one.below === below);
  return (level?.values ?? []).flatMap(({ value, name, count }) => [
    { value, text: name, count, depth }, ...places(levels, value, depth + 1),
  ]);
}

function rangeText(range) {
  const shown = (text) => (isNaN(text) ? day.format(new Date(text)) : bound.format(text));
  const [from, to] = range.split("..");
  if (!to) return `from ${shown(from)}`;
  return from ? `${shown(from)} – ${shown(to)}` : `below ${shown(to)}`;
}

function showFacets(facets) {
  const focused = document.activeElement?.dataset?.facet;
  const groups = (definition?.fields ?? []).filter((field) => facets[field.name])
    .map((field) => facetElement(field.name, choices(facets[field.name])))
    .filter(Boolean);
  $("facets").replaceChildren(...groups);
  $("refine").hidden = !groups.length;
  // The box that was just used is a new element now; whoever uses the keyboard stays on it.
  if (focused) document.querySelector(`[data-facet="${CSS.escape(focused)}"]`)?.focus();
}

function facetElement(field, values) {
  const chosen = state.chosen.get(field) ?? [];
  const limit = wide.has(field) ? MORE_FACET_VALUES : FACET_VALUES;
  const first = values.filter((choice, at) => at < limit || chosen.includes(choice.value));
  const missing = chosen.filter((value) => !values.some((choice) => choice.value === value));
  const all = [...first, ...missing.map((value) => ({ value, text: chosenText(field, value), count: 0 }))];
  if (!all.length) return null;
  const boxes = all.map(({ value, text, count, depth }) => {
    const box = element("input", {
      type: "checkbox",
      checked: chosen.includes(value),
      "data-facet": `${field}=${value}`,
      onchange: () => toggle(field, value),
    });
    const shown = element("span", { class: "value" }, ...breakable(text));
    const inner = depth ? `inner-${Math.min(depth, 3)}` : null;
    return element("label", { class: inner }, box, shown, element("span", { class: "number" }, number.format(count)));
  });
  const more = values.length > FACET_VALUES ? [moreButton(field)] : [];
  return element("fieldset", {}, element("legend", {}, label(field)), ...boxes, ...more);
}

function moreButton(field) {
  const text = wide.has(field) ? "Fewer" : "More";
  const onclick = () => {
    if (!wide.delete(field)) wide.add(field);
    show();
  };
  const attributes = {
    type: "button", class: "more", onclick, "data-facet": `${field} more`,
    "aria-expanded": String(wide.has(field)), "aria-label": `${text} values of ${label(field)}`,
  };
  return element("button", attributes, text);
}

function toggle(field, value) {
  const chosen = new Map(state.chosen);
  const old = chosen.get(field) ?? [];
  const values = old.includes(value) ? old.filter((other) => other !== value) : [...old, value];
  if (values.length) chosen.set(field, values);
  else chosen.delete(field);
  go({ chosen });
}

const chosenText = (field, value) => (
  isRanged(field) ? rangeText(value) : { true: "Yes", false: "No" }[value] ?? value
);

function showChips() {
  const chips = [...state.chosen].flatMap(([field, values]) => values.map((value) => {
    const text = `${label(field)}: ${chosenText(field, value)}`;
    const remove = () => {
      toggle(field, value);
      input.focus();
    };
    const attributes = { type: "button", class: "chip", onclick: remove, "aria-label": `Remove ${text}` };
    return element("li", {}, element("button", attributes, text));
  }));
  $("chips").replaceChildren(...chips);
  $("chips").hidden = !chips.length;
}

// --- pages and latency -----------------------------------------------------------------------

function lastPage({ value, unit }) {
  const reached = Math.min(value, MOST_PAGED[unit]);
  return Math.min(Math.max(1, Math.ceil(reached / perPage())), LAST_PAGE);
}

function showPages(total) {
  const last = lastPage(total);
  const nav = $("pages");
  nav.hidden = last < 2;
  if (last < 2) return;
  const turn = (page) => async () => {
    await go({ page });
    scrollTo({ top: 0 });
    $("results").focus({ preventScroll: true });
  };
  const button = (text, page) => element(
    "button", { type: "button", disabled: page < 1 || page > last, onclick: turn(page) }, text,
  );
  const here = element("span", { "aria-current": "page" }, `Page ${number.format(state.page)} of ${number.format(last)}`);
  nav.replaceChildren(button("Previous", state.page - 1), here, button("Next", state.page + 1));
}

function showLatency({ took_ms: took, timing }) {
  const ms = (value) => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 6");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const sum = Object.values(timing).reduce((a, b) => a + b, 0) || 1;
  let x = 0;
  const items = Object.entries(timing).map(([stage, value]) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const width = (value / sum) * 100;
    const values = { class: stage, x, y: 0, width, height: 6 };
    for (const [name, number] of Object.entries(values)) part.setAttribute(name, number);
    svg.append(part);
    x += width;
    return element("li", { class: stage }, `${stage} ${ms(value)}`);
  });
  const heading = element("span", {}, `Answered in ${ms(took)}`);
  $("latency").replaceChildren(heading, svg, element("ul", {}, ...items));
  $("latency").hidden = false;
}

// --- suggestions -----------------------------------------------------------------------------

const list = $("suggestions");
let options = [];
let active = -1;

async function suggest() {
  const signal = suggesting();
  const q = input.value;
  if (!q.trim() || !definition) return close();
  try {
    const answer = await get(path("/suggest"), { q, limit: 5 }, signal);
    if (signal.aborted || document.activeElement !== input) return;
    open(answer);
  } catch {
    // Suggestions are a help: without them the search itself says what is wrong.
    if (!signal.aborted) close();
  }
}

function open({ queries, values, hits }) {
  options = [
    ...queries.flatMap(({ text, highlight, scope }) => [
      { html: highlight, kind: "Search", pick: () => go({ q: text }) },
      ...(scope ? [{
        html: highlight,
        kind: `in ${scope.value} · ${number.format(scope.count)}`,
        pick: () => go({ q: text, chosen: new Map([[scope.field, [scope.value]]]) }),
      }] : []),
    ]),
    ...values.map((value) => ({
      html: value.highlight,
      kind: `${label(value.field)} · ${number.format(value.count)}`,
      pick: () => go({ q: "", chosen: new Map([[value.field, [value.value]]]) }),
    })),
    ...hits.filter((hit, at) => hits.findIndex((other) => same(other.text, hit.text)) === at)
      .filter((hit) => !values.some((value) => same(value.value, hit.text)))
      .filter((hit) => !queries.some((query) => same(query.text, hit.text)))
      .map((hit) => ({
        html: hit.highlight,
        kind: label(hit.field),
        pick: () => go({ q: hit.text }),
      })),
  ];
  active = -1;
  list.replaceChildren(...options.map((option, position) => element(
    "div",
    { id: `suggestion-${position}`, class: "suggestion", role: "option", "aria-selected": "false",
      onmousedown: (event) => event.preventDefault(), onclick: () => pick(position) },
    element("span", {}, marked(option.html)),
    element("span", { class: "kind" }, option.kind),
  )));
  list.hidden = !options.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  input.removeAttribute("aria-activedescendant");
}

function close() {
  suggesting();
  options = [];
  active = -1;
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function pick(position) {
  clearTimeout(typing);
  const option = options[position];
  close();
  option.pick();
}

/** Move through the list and, between its end and its start, through the input itself. */
function move(step) {
  const places = options.length + 1;
  active = ((active + 1 + step + places) % places) - 1;
  list.querySelectorAll("[role=option]").forEach((item, position) => {
    item.setAttribute("aria-selected", String(position === active));
    if (position === active) item.scrollIntoView({ block: "nearest" });
  });
  if (active < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", `suggestion-${active}`);
}

// --- what people do --------------------------------------------------------------------------

let typing = 0;

input.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    go({ q: input.value }, { typing: true });
    suggest();
  }, TYPING_MS);
});

input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) suggest();
    else move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    close();
  } else if (event.key === "Enter" && active >= 0) {
    event.preventDefault();
    pick(active);
  }
});

input.addEventListener("blur", close);

document.querySelector("form.search").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typing);
  close();
  go({ q: input.value });
});

$("sort").addEventListener("change", (event) => go({ sort: event.target.value }));

$("group").addEventListener("change", ({ target }) => {
  go({ group: target.value === usualGroup() ? "" : target.value });
});

$("index").addEventListener("change", (event) => {
  wide = new Set();
  go({ index: event.target.value, sort: "", group: "", chosen: new Map() });
});

$("refine").addEventListener("click", (event) => {
  const open = event.target.getAttribute("aria-expanded") === "true";
  event.target.setAttribute("aria-expanded", String(!open));
});

addEventListener("popstate", () => {
  clearTimeout(typing);
  close();
  start();
});

keyControl($("key"), () => {
  who = definition = null;
  show();
}, input);

function start() {
  state = readUrl();
  settled = true;
  input.value = state.q;
  show();
}

start();
