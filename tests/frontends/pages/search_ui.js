// A page around the driver of docs/frontends.md: what Search UI's components do, without React.

import { driver } from "./search_ui_example.js";

const $ = (id) => document.getElementById(id);
const actions = driver.getActions();

$("q").addEventListener("input", (event) => {
  const text = event.target.value;
  const completing = { autocompleteResults: true, autocompleteSuggestions: true };
  actions.setSearchTerm(text, { shouldClearFilters: false, ...completing });
});
$("sort").addEventListener("change", (event) => {
  const field = event.target.value;
  actions.setSort(field ? [{ field, direction: "desc" }] : [], "");
});
$("next").addEventListener("click", () => actions.setCurrent(driver.getState().current + 1));

function made(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function value(field, { value, count }, filters) {
  const name = value.name ?? String(value);
  const chosen = filters.find((one) => one.field === field)?.values ?? [];
  const checked = chosen.some((one) => (one.name ?? String(one)) === name);
  const box = made("input", { type: "checkbox", checked });
  box.addEventListener("change", () => {
    actions[box.checked ? "addFilter" : "removeFilter"](field, value, "any");
  });
  const label = made("label", { textContent: `${name} (${count})` });
  label.prepend(box);
  return label;
}

driver.subscribeToStateChanges((state) => {
  $("count").textContent = `${state.pagingStart}-${state.pagingEnd} of ${state.totalResults}`;
  $("error").textContent = state.error;
  $("facets").replaceChildren(...Object.entries(state.facets).map(([field, [facet]]) => {
    const set = made("fieldset", {});
    set.append(made("legend", { textContent: field }));
    set.append(...facet.data.map((one) => value(field, one, state.filters)));
    return set;
  }));
  $("results").replaceChildren(...state.results.map((result) =>
    made("li", { innerHTML: `${result.name.snippet} ${result.price?.raw ?? ""}` })));
  const { brands = [], popular = [] } = state.autocompletedSuggestions;
  const texts = [...brands, ...popular].map((one) => one.highlight);
  const hits = state.autocompletedResults.map((one) => one.name.snippet ?? one.name.raw);
  $("completions").replaceChildren(
    ...[...texts, ...hits].map((innerHTML) => made("li", { innerHTML })));
});
