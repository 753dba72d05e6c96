// The admin page: which of its views is shown, and when it is asked for news.

import { Problem } from "/ui/api.js";
import { keyControl } from "/ui/key.js";
import { $, problemNotice } from "/admin/parts.js";
import { curation } from "/admin/curation.js";
import { indexes } from "/admin/indexes.js";
import { latency } from "/admin/latency.js";
import { queries } from "/admin/queries.js";

/** Each view has `title`, `show()` and `seconds` between two calls of `refresh()`; 0: none. */
const VIEWS = { indexes, latency, queries, curation };

let current = "";
let timer = 0;

async function open(name) {
  if (current === "curation" && name !== current && !curation.leave()) {
    history.replaceState(null, "", "#curation");
    return;
  }
  current = name;
  for (const [one, view] of Object.entries(VIEWS)) {
    $(`view-${one}`).hidden = one !== name;
    const link = document.querySelector(`.tabs a[href="#${one}"]`);
    if (one === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (one === name) document.title = `${view.title} · searchsvc`;
  }
  await attempt("show");
}

/** Ask the view for what it shows, and again after a while, as long as somebody looks. */
async function attempt(how) {
  clearTimeout(timer);
  const name = current;
  const view = VIEWS[name];
  let seconds = view.seconds;
  try {
    seconds = (await view[how]()) ?? view.seconds;
    if (current !== name) return;
    $("notice").hidden = true;
  } catch (error) {
    if (current !== name) return;
    showProblem(error);
  }
  if (seconds) timer = setTimeout(again, seconds * 1000);
}

function again() {
  if (document.hidden) return; // until it is looked at again
  attempt("refresh");
}

function showProblem(error) {
  if (!(error instanceof Problem)) console.error(error);
  problemNotice($("notice"), error, () => attempt("show"));
}

const named = () => (VIEWS[location.hash.slice(1)] ? location.hash.slice(1) : "indexes");

addEventListener("hashchange", () => {
  if (named() === current) return;
  open(named());
  $("main").focus({ preventScroll: true });
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });

latency.onChange(() => attempt("refresh"));
queries.onChange(() => attempt("refresh"));
keyControl($("key"), () => attempt("show"), $("main"));
open(named());
