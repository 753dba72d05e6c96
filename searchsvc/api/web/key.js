// The control by which a page is given a key, where the server asks for one.

import { key, onRefused, useKey } from "/ui/api.js";
import { element } from "/ui/elements.js";

/**
 * Put the control into `place`: nothing where no key is asked for, a form where one is, and behind
 * that a button which forgets it. `changed` is called when requests go with another key.
 */
export function keyControl(place, changed) {
  const use = (text) => {
    useKey(text);
    show();
    changed();
  };

  function show() {
    place.replaceChildren(...(key() ? [element(
      "button", { type: "button", class: "quiet", onclick: () => use("") }, "Forget key",
    )] : []));
  }

  function ask() {
    const had = key();
    if (place.querySelector("form")) return;
    useKey("");
    const field = element("input", {
      id: "key-field", type: "password", autocomplete: "off", spellcheck: "false", required: true,
      "aria-describedby": "key-why",
    });
    const onsubmit = (event) => {
      event.preventDefault();
      use(field.value.trim());
    };
    place.replaceChildren(element(
      "form", { class: "key", onsubmit },
      element("label", { for: "key-field" }, "Key"),
      field,
      element("button", { type: "submit", class: "quiet" }, "Use"),
      element("p", { id: "key-why" }, had ? "That key does not hold." : "This server asks for a key. It is kept in this tab only."),
    ));
    field.focus();
  }

  onRefused(ask);
  show();
}
