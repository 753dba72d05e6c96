// The search page: the state is the URL, the answer is the API's, and this file is between them.

import { get, Problem } from "/ui/api.js";
import { breakable, element, marked } from "/ui/elements.js";

const PER_PAGE = 10;
const LAST_PAGE = 1000; // of the first 10,000 hits; the API gives no more
const FACET_VALUES = 10;
const MORE_FACET_VALUES = 200;
const TYPING_MS = 120;

const $ = (id) => document.getElementById(id);
const input = $("q");

/** Everything that the URL says. `chosen` maps a facet field to its chosen values. */
let state = { index: "", q: "", sort: "", page: 1, chosen: new Map() };
/** The fields and sorts of the index that is shown. */
let definition = null;
let indexes = [];
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
    page: page >= 1 ? Math.min(page, LAST_PAGE) : 1,
    chosen,
  };
}

function urlOf({ index, q, sort, page, chosen }) {
  const query = new URLSearchParams();
  if (index) query.set("index", index);
  if (q) query.set("q", q);
  for (const [field, values] of chosen) for (const value of values) query.append(`f.${field}`, value);
  if (sort) query.set("sort", sort);
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

const isRanged = (name) => definition?.fields
  .some((field) => field.name === name && ["ranges", "histogram"].includes(field.facet_type));

/** A range is chosen as `from..to`; either may be missing. */
function within(field, range) {
  const [from, to] = range.split("..");
  const bounds = [from && `${field}>="${from}"`, to && `${field}<"${to}"`];
  return `(${bounds.filter(Boolean).join(" AND ") || `${field} EXISTS`})`;
}

function searchParameters() {
  const parameters = { q: state.q, page: state.page, per_page: PER_PAGE, facets: "*" };
  // One more than is shown tells whether there are more.
  parameters.facet_limit = wide.size ? MORE_FACET_VALUES : FACET_VALUES + 1;
  const filter = filterOf(state.chosen);
  if (filter) parameters.filter = filter;
  if (state.sort) parameters.sort = state.sort;
  return parameters;
}

const number = new Intl.NumberFormat();
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });
/** A field's name as words: `billing_city` and `BillingCity` alike. */
const label = (name) => name.replaceAll("_", " ")
  .replace(/(\p{Ll}|\p{N})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$& ")
  .replace(/^./u, (first) => first.toUpperCase());
const yes = (value) => (value === true ? "Yes" : value === false ? "No" : String(value));
const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

// --- showing an answer -----------------------------------------------------------------------

async function show() {
  const signal = searching();
  fillControls();
  $("results").setAttribute("aria-busy", "true");
  try {
    await choose();
    const answer = await get(path("/search"), searchParameters(), signal);
    if (signal.aborted) return;
    const last = lastPage(answer.total.value);
    if (state.page > last) return go({ page: last }, { replace: true });
    showAnswer(answer);
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    showProblem(error);
  }
  $("results").removeAttribute("aria-busy");
}

/** Find out which index is meant, and what it has. */
async function choose() {
  if (!indexes.length) {
    indexes = (await get("/v1/indexes")).indexes;
    $("index").replaceChildren(...indexes.map(({ name }) => element("option", {}, name)));
    $("index-choice").hidden = indexes.length < 2;
  }
  if (!indexes.length) {
    throw new Problem({
      title: "No index is defined yet",
      message: "Define one: searchsvc init DATABASE-URL, or try: searchsvc demo",
    });
  }
  fillControls();
  if (!state.index) state.index = (indexes.find((index) => index.serving) ?? indexes[0]).name;
  if (definition?.name !== state.index) {
    definition = await get(path(""));
    showSorts();
  }
  fillControls();
}

function fillControls() {
  $("index").value = state.index;
  // An index that is not there leaves a choice: any that is chosen then is another one.
  if (!$("index").value) $("index").selectedIndex = -1;
  $("sort").value = state.sort;
  document.title = state.q ? `${state.q} · Search` : "Search";
}

function showSorts() {
  const names = definition.sorts.map((sort) => sort.name);
  const options = names.map((name) => element("option", { value: name }, label(name)));
  $("sort").replaceChildren(element("option", { value: "" }, "Relevance"), ...options);
  $("sort-choice").hidden = !names.length;
}

function showAnswer(answer) {
  const total = answer.total.value;
  const words = `${number.format(total)} ${total === 1 ? "result" : "results"}`;
  $("count").replaceChildren(element("strong", {}, words));
  if (state.q) $("count").append(" for “", state.q, "”");
  const relaxed = answer.applied.match === "any" && state.q.trim().includes(" ");
  if (relaxed && total) $("count").append(" · few have all words, the others have some");
  if (answer.correction && total) $("count").append(" · also searched “", answer.correction.query, "”");
  const ignored = answer.applied.ignored_words.length;
  if (ignored) $("count").append(` · ${ignored} ${ignored === 1 ? "word was" : "words were"} not looked up`);
  $("status").textContent = total ? words : "No results";
  showChips();
  showFacets(answer.facets);
  $("hits").replaceChildren(...answer.hits.map(hitElement));
  showNothing(total);
  showPages(total);
  showLatency(answer);
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
  notice.hidden = false;
  notice.replaceChildren(
    element("h2", {}, problem.title ?? "Something went wrong"),
    element("p", {}, [problem.message, problem.hint].filter(Boolean).join("; ")),
    ...waysOut(problem),
  );
  $("count").textContent = "";
  $("status").textContent = "";
  $("hits").replaceChildren();
  $("pages").hidden = $("latency").hidden = true;
  showFacets({});
  showChips();
}

/** What can help against a problem; never a button that leads to the same one. */
function waysOut(problem) {
  if (problem.code === "unknown_index") {
    return indexes.map(({ name }) => element(
      "a", { class: "quiet", href: urlOf({ ...readUrl(), index: name, chosen: new Map(), sort: "", page: 1 }) },
      `Search ${name}`,
    ));
  }
  const nothing = { chosen: new Map(), sort: "" };
  if (problem.param === "q" || problem.status === 414) {
    return [action("Clear the search", () => go({ q: "", ...nothing }))];
  }
  if (problem.status === 400 && (state.chosen.size || state.sort)) {
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

// --- hits ------------------------------------------------------------------------------------

/** The title is the first field that is highlighted; the line below is another one that matches. */
function hitElement(hit) {
  const fields = definition.fields;
  const title = fields.find((field) => field.highlight && hit.doc[field.name] != null);
  const heading = element("span", { class: "title" }, shown(hit, title?.name) ?? hit.id);
  const item = element("li", { class: "hit" }, element("h2", {}, heading, ...badges(hit, heading)));
  const line = lineOf(hit, title);
  if (line) item.append(element("p", { class: "line" }, line));
  item.append(allFields(hit, heading.textContent));
  return item;
}

function shown(hit, field) {
  if (field == null) return null;
  if (hit.highlight[field]) return marked(hit.highlight[field]);
  const value = hit.doc[field];
  if (value == null || value === "") return null;
  const text = Array.isArray(value) ? value.map(yes).join(", ") : yes(value);
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}

function lineOf(hit, title) {
  const others = definition.fields.filter(
    (field) => (field.highlight || field.snippet) && field !== title && hit.doc[field.name] != null,
  );
  const matching = others.filter((field) => hit.highlight[field.name]?.includes("<mark>"));
  const sentence = (field) => String(hit.doc[field.name]).trim().split(/\s+/).length > 3;
  const best = matching.find((field) => field.snippet) ?? matching.find(sentence)
    ?? others.find(sentence) ?? matching[0] ?? others[0];
  return shown(hit, best?.name);
}

function badges(hit, heading) {
  const facets = definition.fields.filter((field) => field.facet && field.type === "keyword");
  const values = facets.flatMap((field) => hit.doc[field.name] ?? []).map(String);
  const fits = (value, at) => value && value.length <= 40 && !same(value, heading.textContent)
    && values.findIndex((other) => same(value, other)) === at;
  return values.filter(fits).slice(0, 3)
    .map((value) => element("span", { class: "badge" }, value));
}

function allFields(hit, title) {
  const plain = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : yes(value ?? "–"));
  const rows = Object.entries(hit.doc).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.map(plain).join(", ") : plain(value);
    return [element("dt", {}, label(name)), element("dd", {}, text)];
  });
  const id = [element("dt", {}, "Id"), element("dd", {}, hit.id)];
  const open = element("summary", { "aria-label": `All fields of ${title}` }, "All fields");
  return element("details", {}, open, element("dl", {}, ...id, ...rows));
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
  const bound = (text) => (isNaN(text) ? day.format(new Date(text)) : number.format(text));
  const [from, to] = range.split("..");
  if (!to) return `from ${bound(from)}`;
  return from ? `${bound(from)} – ${bound(to)}` : `below ${bound(to)}`;
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

const lastPage = (total) => Math.min(Math.max(1, Math.ceil(total / PER_PAGE)), LAST_PAGE);

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

$("index").addEventListener("change", (event) => {
  wide = new Set();
  go({ index: event.target.value, sort: "", chosen: new Map() });
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

function start() {
  state = readUrl();
  settled = true;
  input.value = state.q;
  show();
}

start();
