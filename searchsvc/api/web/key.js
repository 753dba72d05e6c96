// The key of a tab: the control by which a page is given one, and what it may do.
//
// A page needs a place and a line: `keyControl(document.getElementById("key"), changed, next)`. Requests
// by api.js carry the key from then on. `credentials()` tells what it may do, as /v1/key answers.

import { get, key, onRefused, useKey } from "/ui/api.js";
import { element } from "/ui/elements.js";

let asked = null;

/** What the key of this tab may do, or anybody where none is asked for; asked for once for each key. */
export function credentials() {
  if (!asked) {
    const now = get("/v1/key");
    now.catch(() => { if (asked === now) asked = null; });
    asked = now;
  }
  return asked;
}

/** A header carries nothing else, and a key is made of nothing else. */
const couldBeKey = (text) => /^[\x21-\x7e]+$/.test(text);

/**
 * Put the control into `place`: nothing where no key is asked for, a form where one is, and behind
 * that whose key it is and a button which forgets it. `changed` is called when requests go with
 * another key. The control that somebody has used is gone with that: the focus goes to `next`.
 */
export function keyControl(place, changed, next) {
  function use(text) {
    useKey(text);
    asked = null;
    show();
    next?.focus({ preventScroll: true });
    changed();
  }

  function show() {
    if (!key()) return place.replaceChildren();
    const whose = element("span", { class: "whose" });
    const button = element("button", { type: "button", class: "quiet", onclick: () => use("") }, "Forget key");
    place.replaceChildren(element("p", { class: "key" }, whose, button));
    // What is wrong is told where something was asked for.
    credentials().then((may) => whose.append(described(may)), () => {});
  }

  function ask(isWrong, why = null) {
    const field = element("input", {
      id: "key-field", type: "password", autocomplete: "off", spellcheck: "false", required: true,
      "aria-describedby": "key-why", "aria-invalid": isWrong && "true",
    });
    const onsubmit = (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (couldBeKey(text)) use(text);
      else ask(true);
    };
    place.replaceChildren(element(
      "form", { class: "key", onsubmit },
      element("label", { for: "key-field" }, "Key"),
      field,
      element("button", { type: "submit", class: "quiet" }, "Use"),
      element("p", { id: "key-why" }, isWrong ? said(why) : "This server asks for a key. It is kept in this tab only."),
    ));
    field.focus();
  }

  onRefused((problem) => {
    const had = key();
    if (!had && place.querySelector("form")) return;
    useKey("");
    asked = null;
    ask(Boolean(had), problem?.code === "key_expired" ? problem : null);
  });
  show();
}

/** Why a key was refused: that its time is over is worth saying, anything else tells nobody more. */
const said = (problem) => (problem ? `${problem.message[0].toUpperCase()}${problem.message.slice(1)}.` : "That key does not hold.");

const described = ({ name, role, token }) => `${name}, ${token ? `a token for ${role}` : role}`;
