/** Small helpers to build elements; text is always text, never HTML. */

const SVG = "http://www.w3.org/2000/svg";

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


/** Opens the page's dialog. @returns {Promise<boolean>} whether it was confirmed */
export function confirmed() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("confirm"));
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
