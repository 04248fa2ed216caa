/** Small helpers to build elements; text is always text, never HTML. */

const SVG = "http://www.w3.org/2000/svg";
const TYPING_MS = 250;

/** @template {HTMLElement} T @param {string} id @returns {T} */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

/**
 * @param {string} tag @param {Record<string, any>} [attributes] `on…` are listeners
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** @param {string} tag @param {Record<string, string>} attributes @param {...Node} children @returns {SVGElement} */
export function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} name of Bootstrap's icon @returns {SVGElement} */
export function icon(name) {
  const use = svg("use", { href: `${document.body.dataset.icons}#${name}` });
  return svg("svg", { class: "bi", width: "1em", height: "1em", fill: "currentColor", "aria-hidden": "true" }, use);
}

/** Of a search box: not at every key. @param {HTMLElement} input @param {() => void} run once no more was typed for a moment */
export function whenTyped(input, run) {
  let pause = 0;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(run, TYPING_MS);
  });
}

/** Opens the page's dialog. @returns {Promise<boolean>} whether it was confirmed */
export function confirmed() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("confirm"));
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
