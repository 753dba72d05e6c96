// The types of searchsvc.js.

/**
 * Where a service is, and the key that it asks for. Without `url` it is where the file is from, which
 * a bundle does not know: give one there.
 */
export interface Options {
  url?: string;
  key?: string;
}

/** Why a request was refused: `status` is HTTP's, `body` the answer's JSON. */
export class SearchError extends Error {
  status: number;
  body: {
    code?: string;
    message?: string;
    hint?: string;
    param?: string;
    position?: number;
    request_id?: string;
  } | null;
}

/** What InstantSearch takes as its `searchClient`; Autocomplete does, too, by `as any`. */
export interface SearchClient {
  /** What Autocomplete tells events of; here it only has to be there. */
  transporter: { headers: Record<string, string> };
  /**
   * Several searches, `[{ indexName, params }]`, in one request. One that a newer call of the same
   * indexes overtakes stays open. Each client has types of its own for these, so they are any here.
   */
  search(requests: any): Promise<any>;
  /** `[{ indexName, params: { facetName, facetQuery } }]`. */
  searchForFacetValues(requests: any): Promise<any>;
}

export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { field: string; [operator: string]: unknown };

/** The parameters of a search; docs/http.md has all of them. */
export interface SearchParams {
  q?: string;
  page?: number;
  per_page?: number;
  cursor?: string;
  filter?: string | Filter;
  facets?: string | string[];
  facet_limit?: number;
  sort?: string | string[];
  fields?: string | string[];
  [parameter: string]: unknown;
}

/** One document found; `highlight` is safe HTML. */
export interface Hit<Doc = Record<string, any>> {
  id: string;
  /** Null where nothing was typed, or hits are sorted by a field. */
  score: number | null;
  doc: Doc;
  highlight: Record<string, string>;
  pinned: boolean;
  /** Where the search has a centre. */
  distance_m?: number;
  /** Where hits are grouped: the group, and how many it has. */
  group?: Record<string, any>;
}

export interface SearchAnswer<Doc = Record<string, any>> {
  query: string;
  index: string;
  version: string;
  total: { value: number; relation: "eq" | "gte"; unit: "documents" | "groups" };
  page: number | null;
  per_page: number;
  next_cursor: string | null;
  hits: Hit<Doc>[];
  facets: Record<string, any>;
  correction: { query: string } | null;
  redirect: string | null;
  /** What `track` tells of clicks by; null where the search is not remembered. */
  query_id: string | null;
  took_ms: number;
  timing: Record<string, number>;
}

export interface Scope {
  field: string;
  value: string;
  count: number;
}

/** Completions; each `highlight` is safe HTML. */
export interface Suggestions {
  queries: { text: string; highlight: string; scope: Scope | null }[];
  values: {
    field: string;
    value: string;
    count: number;
    highlight: string;
    scope: Scope | null;
  }[];
  hits: { id: string; field: string; text: string; highlight: string }[];
  correction: { query: string } | null;
}

/** An event of UBI 1.3: see docs/events.md. */
export interface SearchEvent {
  /** `click`, `impression`, `add_to_cart`, `purchase`, or what you like. */
  action_name: string;
  /** Of the answer that the hit stood in. */
  query_id?: string | null;
  /** The name of the index, where there is no query_id. */
  application?: string;
  timestamp?: string;
  client_id?: string;
  session_id?: string;
  user_id?: string;
  message_type?: string;
  message?: string;
  user_query?: string;
  event_attributes?: {
    object?: { object_id: string | number; object_id_field?: string; [name: string]: any };
    /** From 0, over all pages. */
    position?: { ordinal?: number; [name: string]: any };
    [name: string]: any;
  };
}

export interface Client {
  /** Rejects with SearchError; with an AbortError where a newer search of the index began. */
  search<Doc = Record<string, any>>(
    index: string,
    params?: SearchParams,
  ): Promise<SearchAnswer<Doc>>;
  /** Rejects as `search` does. */
  suggest(
    index: string,
    params?: { q?: string; limit?: number; filter?: string; lang?: string; typo?: string },
  ): Promise<Suggestions>;
  /** Sent also while the page is left; never fails. */
  track(event: SearchEvent): void;
}

export function searchClient(options?: Options): SearchClient;
export function connect(options?: Options): Client;
export const search: Client["search"];
export const suggest: Client["suggest"];
export const track: Client["track"];
