// What searchsvc.d.ts must allow, and what it must not; compiled, never run.

import instantsearch from "instantsearch.js";
import { connect, search, searchClient, SearchError, suggest, track } from "./searchsvc.js";

interface Product {
  name: string;
  price: number;
}

export async function names(): Promise<string[]> {
  const filter = { field: "price", lt: 5 };
  try {
    const answer = await search<Product>("products", { q: "tea", filter });
    return answer.hits.map((hit) => hit.highlight.name ?? hit.doc.name);
  } catch (error) {
    if (error instanceof SearchError) return [error.message, `${error.status}`];
    throw error;
  }
}

export async function texts(): Promise<string[]> {
  const found = await suggest("products", { q: "t" });
  return found.queries.map((one) => one.scope?.value ?? one.text);
}

track({ action_name: "click", query_id: null, event_attributes: { object: { object_id: "1" } } });
// @ts-expect-error what was done is missing
track({ query_id: "q" });
// @ts-expect-error a page is a number
connect({ url: "https://search.example" }).search("products", { page: "2" });

const client = searchClient({ key: "k" });
instantsearch({ indexName: "products", searchClient: client });
