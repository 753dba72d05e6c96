// The client of searchsvc for web pages: a client for InstantSearch, searches, suggestions, events.

/**
 * Where this file was served from: `https://host/ui/searchsvc.js` → `https://host/`. Only asked where
 * no `url` is given: a bundle that is no module knows no place of its own.
 */
const home = () => new URL("..", import.meta.url).href;

/** Why a request was refused: `status` is HTTP's, `body` the answer's JSON, null where it was none. */
export class SearchError extends Error {
  constructor(status, body, url) {
    super(body?.hint ? `${body.message}; ${body.hint}` : (body?.message ?? `HTTP ${status} of ${url}`));
    this.name = "SearchError";
    this.status = status;
    this.body = body;
  }
}

async function ask(url, options) {
  const response = await fetch(url, options);
  const body = await response.json().catch(() => null);
  options.signal.throwIfAborted(); // also while the body came
  if (response.ok && body) return body;
  throw new SearchError(response.status, body, url.split("?")[0]); // which may hold a key
}

/** A signal for each call, which the next call of the same name aborts. */
function newest() {
  const running = new Map();
  return (name) => {
    running.get(name)?.abort();
    const controller = new AbortController();
    running.set(name, controller);
    return controller.signal;
  };
}

// JSON as text/plain: a browser then asks another host for no permission first.
const posted = (value) => ({
  method: "POST",
  headers: { "content-type": "text/plain" },
  body: JSON.stringify(value),
});

// In the URL for the same reason; the service keeps it out of its logs.
const wire = (base, path, key) =>
  `${base}compat/algolia/1/${path}${key ? `?x-algolia-api-key=${encodeURIComponent(key)}` : ""}`;

const based = (url) => `${url}`.replace(/\/*$/, "/");

/** A `searchClient` for InstantSearch and Autocomplete. */
export function searchClient({ url = home(), key = "" } = {}) {
  const next = newest();
  const queries = wire(based(url), "indexes/*/queries", key);

  async function results(requests, kind) {
    // Widgets of one page ask for all that they show at once; another page's are of other indexes.
    const names = [...new Set(requests.map((one) => one.indexName))].sort();
    const signal = next(`${kind} ${names}`);
    try {
      return await ask(queries, { ...posted({ requests }), signal });
    } catch (error) {
      // Nobody waits for it, and widgets would show an abort as a failure.
      if (signal.aborted) return new Promise(() => {});
      throw error;
    }
  }

  return {
    // What Autocomplete looks for in Algolia's client; whoever tells Algolia of it has no key to tell.
    transporter: { headers: { "x-algolia-application-id": "searchsvc", "x-algolia-api-key": "none" } },
    search: (requests) => results(requests, "search"),
    searchForFacetValues: async (requests) => {
      const facets = requests.map(({ indexName, params }) => {
        const { facetName, ...rest } = params;
        return { indexName, type: "facet", facet: facetName, params: rest };
      });
      return (await results(facets, "facet")).results;
    },
  };
}

/** The native API of a service: see docs/frontends.md. */
export function connect({ url = home(), key = "" } = {}) {
  const next = newest();
  const base = based(url);
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  const of = (index, route) => `${base}v1/indexes/${encodeURIComponent(index)}/${route}`;
  let client = "";

  return {
    async search(index, params = {}) {
      const { headers: type, ...rest } = posted(params);
      const signal = next(`search ${index}`);
      return ask(of(index, "search"), { ...rest, headers: { ...type, ...headers }, signal });
    },

    async suggest(index, params = {}) {
      const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value != null));
      const signal = next(`suggest ${index}`);
      return ask(`${of(index, "suggest")}?${query}`, { headers, signal });
    },

    track(event) {
      // Of this visit only: nothing is kept in the browser.
      client ||= `anonymous-${Math.random().toString(36).slice(2)}`;
      const { headers: type, ...sent } = posted([{ timestamp: new Date(), client_id: client, ...event }]);
      const target = `${base}v1/events`;
      // A beacon outlives the page that a click leads away from, and carries no key.
      if (!key && globalThis.navigator?.sendBeacon?.(target, sent.body)) return;
      fetch(target, { ...sent, headers: { ...type, ...headers }, keepalive: true }).catch(() => {});
    },
  };
}

let own;
const near = () => (own ??= connect());

/** Searches, suggestions and events of the service that this file comes from. */
export const search = async (...given) => near().search(...given);
export const suggest = async (...given) => near().suggest(...given);
export const track = (...given) => near().track(...given);
