// Builds elements for the pages.

/** `on…` attributes are listeners; true is an attribute without a value, false and null are none. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Highlights are safe HTML; even so only text and <mark> are taken from them. */
export function marked(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fragment = document.createDocumentFragment();
  for (const node of template.content.childNodes) {
    const text = node.textContent;
    fragment.append(node.nodeName === "MARK" ? element("mark", {}, text) : text);
  }
  return fragment;
}

/** Dotted and slashed names break behind their signs, not within a word. */
export function breakable(text) {
  return text.split(/(?<=[._/:-])/).flatMap((part) => [part, element("wbr")]).slice(0, -1);
}
