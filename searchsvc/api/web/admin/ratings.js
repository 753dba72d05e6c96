// Ratings as people see them: a number on a ground of its colour, so that nobody needs the colour.

import { get } from "/ui/api.js";
import { element } from "/ui/elements.js";

/** What each rating means; more is better. */
export const MEANINGS = ["irrelevant", "related", "good", "perfect"];

const figures = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

/** `undefined` is of a hit that nobody has judged. */
export function chip(rating) {
  if (rating === undefined) return element("span", { class: "rating none", title: "not judged" }, "–", hidden("not judged"));
  const level = Math.max(0, Math.min(3, Math.round(rating)));
  return element("span", { class: `rating r${level}`, title: MEANINGS[level] }, figures.format(rating), hidden(MEANINGS[level]));
}

const hidden = (text) => element("span", { class: "visually-hidden" }, ` ${text}`);

/** The field whose text names a document. */
export const titleField = (definition) => (
  definition.fields.find((field) => field.highlight) ?? definition.fields.find((field) => field.type === "text")
);

/** The texts that name documents, by their ids; those that are gone name themselves. */
export async function titles(definition, ids) {
  const field = titleField(definition)?.name;
  const path = `/v1/indexes/${encodeURIComponent(definition.name)}/docs/`;
  const found = await Promise.all([...new Set(ids)].map(async (id) => {
    const answer = await get(path + encodeURIComponent(id)).catch(() => null);
    return [id, answer ? String(answer.doc[field] ?? id) : `${id} (gone)`];
  }));
  return new Map(found);
}
