// Ratings that are on their way: sent as they come, kept until the server has them, or refuses them.

import { send } from "/ui/api.js";

const waiting = new Map();
const name = ({ index, set, query, id }) => JSON.stringify([index, set, query, id]);

/** The server will never take what it answers so: to send it again would keep it for ever. */
const REFUSED = new Set([400, 404, 422]);

let sending = Promise.resolve([]);

export const unsaved = {
  failed: false,
  get size() { return waiting.size; },
  get: (of) => waiting.get(name(of))?.rating,
  put(of, rating) { waiting.set(name(of), { ...of, rating }); },
  /** Send all, one request behind the other; those that were saved. Rejects where some were not. */
  send() {
    sending = sending.catch(() => []).then(flush);
    return sending;
  },
};

async function flush() {
  const saved = [];
  let failure;
  for (const some of bySet()) {
    const [{ index, set }] = some;
    const judgments = some.map(({ query, id, rating }) => ({ query, id, rating }));
    try {
      await send("PUT", `/v1/indexes/${encodeURIComponent(index)}/judgments/${encodeURIComponent(set)}`, { judgments });
      saved.push(...some);
    } catch (error) {
      failure ??= error;
      if (!REFUSED.has(error.body?.status)) continue;
    }
    for (const one of some) {
      // Rated anew meanwhile, it is still to be sent.
      if (waiting.get(name(one)) === one) waiting.delete(name(one));
    }
  }
  unsaved.failed = waiting.size > 0;
  if (failure) throw Object.assign(failure, { saved });
  return saved;
}

function bySet() {
  const groups = new Map();
  for (const one of waiting.values()) {
    const of = `${one.index}/${one.set}`;
    groups.set(of, [...(groups.get(of) ?? []), one]);
  }
  return groups.values();
}

addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });
