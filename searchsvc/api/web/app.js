// The search page: the state is the URL, the answer is the API's, and this file is between them.

const PER_PAGE = 10;
const TYPING_MS = 120;

const $ = (id) => document.getElementById(id);
const input = $("q");

/** Everything that the URL says. `chosen` maps a facet field to its chosen values. */
let state = { index: "", q: "", sort: "", page: 1, chosen: new Map() };
/** The fields and sorts of the index that is shown. */
let definition = null;
let indexes = [];

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
    page: page >= 1 ? page : 1,
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

/** Show a changed state. Typing replaces the history's entry; every other step can be gone back. */
function go(changes, { typing = false } = {}) {
  state = { ...state, page: 1, ...changes };
  history[typing ? "replaceState" : "pushState"](null, "", urlOf(state));
  // What is being typed is never written over: it may be ahead of the state.
  if (!typing) input.value = state.q;
  return show();
}

// --- the API ---------------------------------------------------------------------------------

class Problem extends Error {
  constructor(body) {
    super(body.message);
    this.body = body;
  }
}

async function get(path, parameters, signal) {
  const query = new URLSearchParams(parameters).toString();
  let response;
  try {
    response = await fetch(query ? `${path}?${query}` : path, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({
      code: "unreachable",
      title: "The server does not answer",
      message: "It may be starting again, or the connection is gone.",
    });
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new Problem(body ?? { title: "Unexpected answer", message: `HTTP ${response.status}` });
}

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
    conditions.push(`${field} IN [${quoted.join(", ")}]`);
  }
  return conditions.join(" AND ");
}

function searchParameters() {
  const parameters = { q: state.q, page: state.page, per_page: PER_PAGE, facets: "*" };
  const filter = filterOf(state.chosen);
  if (filter) parameters.filter = filter;
  if (state.sort) parameters.sort = state.sort;
  return parameters;
}

// --- building elements -----------------------------------------------------------------------

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Highlights are safe HTML; even so only text and <mark> are taken from them. */
function marked(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fragment = document.createDocumentFragment();
  for (const node of template.content.childNodes) {
    const text = node.textContent;
    fragment.append(node.nodeName === "MARK" ? element("mark", {}, text) : text);
  }
  return fragment;
}

/** Dotted and slashed names break behind their signs, not within a word. */
function breakable(text) {
  return text.split(/(?<=[._/:-])/).flatMap((part) => [part, element("wbr")]).slice(0, -1);
}

const number = new Intl.NumberFormat();
const label = (name) => name.replaceAll("_", " ").replace(/^./, (first) => first.toUpperCase());
const yes = (value) => (value === true ? "Yes" : value === false ? "No" : String(value));

// --- showing an answer -----------------------------------------------------------------------

async function show() {
  const signal = searching();
  fillControls();
  $("results").setAttribute("aria-busy", "true");
  try {
    await choose();
    const answer = await get(path("/search"), searchParameters(), signal);
    if (signal.aborted) return;
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
  if (!state.index) state.index = (indexes.find((index) => index.serving) ?? indexes[0]).name;
  if (definition?.name !== state.index) {
    definition = await get(path(""));
    showSorts();
  }
  fillControls();
}

function fillControls() {
  $("index").value = state.index;
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
  if (relaxed && total) $("count").append(" · no result has all words, these have some");
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
  const body = element("p", {}, "Try fewer or other words, or check their spelling.");
  notice.replaceChildren(element("h2", {}, "Nothing found"), body);
  if (state.chosen.size) {
    const clear = () => go({ chosen: new Map() });
    body.textContent = "The chosen values may leave nothing over.";
    notice.append(element("button", { type: "button", class: "quiet", onclick: clear }, "Remove them all"));
  }
}

function showProblem(error) {
  const problem = error instanceof Problem ? error.body : { message: String(error) };
  const notice = $("notice");
  notice.hidden = false;
  notice.replaceChildren(
    element("h2", {}, problem.title ?? "Something went wrong"),
    element("p", {}, [problem.message, problem.hint].filter(Boolean).join("; ")),
  );
  const retry = element("button", { type: "button", class: "quiet", onclick: show }, "Try again");
  const clear = () => go({ chosen: new Map(), sort: "" });
  const reset = element("button", { type: "button", class: "quiet", onclick: clear }, "Remove filters and sort");
  notice.append(problem.status === 400 ? reset : retry);
  $("count").textContent = "";
  $("hits").replaceChildren();
  $("pages").hidden = $("latency").hidden = true;
  showChips();
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
  item.append(allFields(hit));
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
  const fits = (value) => value && value.length <= 40 && value !== heading.textContent;
  return values.filter(fits).slice(0, 3)
    .map((value) => element("span", { class: "badge" }, value));
}

function allFields(hit) {
  const rows = Object.entries(hit.doc).flatMap(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [element("dt", {}, label(name)), element("dd", {}, text)];
  });
  const id = [element("dt", {}, "Id"), element("dd", {}, hit.id)];
  const open = element("summary", {}, "All fields");
  return element("details", {}, open, element("dl", {}, ...id, ...rows));
}

// --- facets ----------------------------------------------------------------------------------

function showFacets(facets) {
  const focused = document.activeElement?.dataset?.facet;
  const groups = definition.fields.filter((field) => facets[field.name])
    .map((field) => facetElement(field.name, facets[field.name].values))
    .filter(Boolean);
  $("facets").replaceChildren(...groups);
  $("refine").hidden = !groups.length;
  // The box that was just used is a new element now; whoever uses the keyboard stays on it.
  if (focused) document.querySelector(`[data-facet="${CSS.escape(focused)}"]`)?.focus();
}

function facetElement(field, values) {
  const chosen = state.chosen.get(field) ?? [];
  const missing = chosen.filter((value) => !values.some((bucket) => String(bucket.value) === value));
  const all = [...values, ...missing.map((value) => ({ value, count: 0 }))];
  if (!all.length) return null;
  const boxes = all.map(({ value, count }) => {
    const box = element("input", {
      type: "checkbox",
      checked: chosen.includes(String(value)),
      "data-facet": `${field}=${value}`,
      onchange: () => toggle(field, String(value)),
    });
    const text = element("span", { class: "value" }, ...breakable(yes(value)));
    return element("label", {}, box, text, element("span", { class: "number" }, number.format(count)));
  });
  return element("fieldset", {}, element("legend", {}, label(field)), ...boxes);
}

function toggle(field, value) {
  const chosen = new Map(state.chosen);
  const old = chosen.get(field) ?? [];
  const values = old.includes(value) ? old.filter((other) => other !== value) : [...old, value];
  if (values.length) chosen.set(field, values);
  else chosen.delete(field);
  go({ chosen });
}

function showChips() {
  const chips = [...state.chosen].flatMap(([field, values]) => values.map((value) => {
    const text = `${label(field)}: ${{ true: "Yes", false: "No" }[value] ?? value}`;
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

function showPages(total) {
  const last = Math.ceil(Math.min(total, 10000) / PER_PAGE);
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

function open({ values, hits }) {
  options = [
    ...values.map((value) => ({
      html: value.highlight,
      kind: `${label(value.field)} · ${number.format(value.count)}`,
      pick: () => go({ q: "", chosen: new Map([[value.field, [value.value]]]) }),
    })),
    ...hits.filter((hit, at) => hits.findIndex((other) => other.text === hit.text) === at)
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
  input.value = state.q;
  show();
}

start();
