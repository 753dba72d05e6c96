// Follows a run that was begun over HTTP until it has ended, and shows how far it has come.

import { get, Problem, send } from "/ui/api.js";
import { element } from "/ui/elements.js";
import { number } from "/admin/parts.js";

const SECONDS = 0.7;
const PHASES = { wait: "Waits to begin", ask: "Asks queries", compare: "Compares" };

/** Resolves after so long. */
const pause = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

/**
 * Ask for `body` at `path`; the answer, or the result of the run that it takes. `place` shows the
 * run meanwhile and is empty at the end. Rejects with a Problem where the run did not succeed.
 */
export async function followed(path, body, place) {
  place.replaceChildren(element("span", { class: "soft" }, "Begins…"));
  try {
    const answer = await send("POST", path, body);
    return answer.run ? await ended(answer.run, place) : answer;
  } finally {
    place.replaceChildren();
  }
}

async function ended(begun, place) {
  let run = begun;
  const bar = element("progress", { "aria-label": `Run ${run.id}` });
  const text = element("span", { class: "soft" });
  place.replaceChildren(bar, text);
  while (run.status === "running") {
    show(run.progress, bar, text);
    await pause(SECONDS);
    run = await get(`/v1/runs/${run.id}`);
  }
  if (run.status !== "succeeded") {
    throw new Problem({ title: `Run ${run.id} was ${run.status}`, message: run.error || "It did not say why." });
  }
  return run.result;
}

function show(progress, bar, text) {
  if (!progress) return;
  const { phase, done, total } = progress;
  if (total) {
    bar.max = total;
    bar.value = Math.min(done, total);
  }
  const name = PHASES[phase] ?? phase;
  text.textContent = total && phase === "ask" ? `${name}: ${number(done)} of ${number(total)}` : name;
}
