// Ratings that are on their way: sent as they come, kept until the server has them, or refuses them.

import { send } from "/ui/api.js";

/** What the server answers to what it will never take: to send that again would keep it for ever. */
const REFUSED = new Set([400, 422]);
/** Ratings of one request, which takes them all or none. */
const MOST = 100;

const waiting = new Map();
const name = ({ index, set, query, id }) => JSON.stringify([index, set, query, id]);

let sending = Promise.resolve();

export const unsaved = {
  failed: false,
  get size() { return waiting.size; },
  get: (of) => waiting.get(name(of))?.rating,
  put(of, rating) { waiting.set(name(of), { ...of, rating }); },
  /**
   * Send all, one request behind the other: those that were `saved`, each that was `refused` with its
   * `error`, and the `failure` of others, which are kept. Never rejects.
   */
  send() {
    sending = sending.then(flush);
    return sending;
  },
};

async function flush() {
  const done = { saved: [], refused: [], failure: null };
  for (const some of batches()) await sent(some, done);
  unsaved.failed = waiting.size > 0;
  return done;
}

async function sent(some, done) {
  const [{ index, set }] = some;
  const judgments = some.map(({ query, id, rating }) => ({ query, id, rating }));
  try {
    await send("PUT", `/v1/indexes/${encodeURIComponent(index)}/judgments/${encodeURIComponent(set)}`, { judgments });
    done.saved.push(...some);
  } catch (error) {
    if (!REFUSED.has(error.body?.status)) {
      done.failure ??= error;
      return;
    }
    if (some.length > 1) { // one of them takes none of the others with it
      for (const one of some) await sent([one], done);
      return;
    }
    done.refused.push({ ...some[0], error });
  }
  for (const one of some) {
    // Rated anew meanwhile, it is still to be sent.
    if (waiting.get(name(one)) === one) waiting.delete(name(one));
  }
}

function* batches() {
  const groups = new Map();
  for (const one of waiting.values()) {
    const of = `${one.index}/${one.set}`;
    groups.set(of, [...(groups.get(of) ?? []), one]);
  }
  for (const group of groups.values()) {
    for (let at = 0; at < group.length; at += MOST) yield group.slice(at, at + MOST);
  }
}

addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });
