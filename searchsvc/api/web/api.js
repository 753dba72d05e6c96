// Asks the API for the pages: with the key of this tab, and with problems as errors.

const KEPT = "searchsvc key";

/** What the API, or the way to it, says is wrong: `body` is its problem+json, or reads like one. */
export class Problem extends Error {
  constructor(body) {
    super(body.message);
    this.body = body;
  }
}

/** The key of this tab, "" without one. It ends with the tab, and is in no URL. */
export const key = () => sessionStorage.getItem(KEPT) ?? "";

export function useKey(text) {
  if (text) sessionStorage.setItem(KEPT, text);
  else sessionStorage.removeItem(KEPT);
}

/** Called with the problem when a request was refused for want of a key that holds; not for one that is used no more. */
let refused = () => {};
export const onRefused = (act) => { refused = act; };

export function get(path, parameters, signal) {
  const query = new URLSearchParams(parameters).toString();
  return answered(query ? `${path}?${query}` : path, { signal });
}

/** A body that is a text goes as it is, any other as JSON. */
export function send(method, path, body, headers = {}) {
  const isText = typeof body === "string";
  const type = isText ? "text/plain; charset=utf-8" : "application/json";
  return answered(path, {
    method,
    headers: { "Content-Type": type, ...headers },
    body: isText ? body : JSON.stringify(body),
  });
}

async function answered(url, options) {
  const used = key();
  const headers = used ? { ...options.headers, Authorization: `Bearer ${used}` } : options.headers;
  let response;
  try {
    response = await fetch(url, { ...options, headers });
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
  // A late answer says nothing of the key that has been given since.
  if (response.status === 401 && used === key()) refused(body);
  throw new Problem(body ?? { title: "Unexpected answer", message: `HTTP ${response.status}` });
}
