/** A question before what cannot be taken back; what is shown only once; and cells of times. */

import { byId, confirmed, element } from "./dom.js";
import { text } from "./text.js";

/** @param {string} action @param {Record<string, string>} values @returns {Promise<boolean>} whether it was confirmed */
export function asked(action, values) {
  for (const part of ["title", "text", "yes"]) byId(`confirm-${part}`).textContent = text("account", `${action}_${part}`, values);
  return confirmed();
}

/** @param {string} id @param {string} value @param {string} [about] */
export function showOnce(id, value, about) {
  if (about) byId(`${id}-about`).textContent = about;
  byId(`${id}-value`).value = value;
  byId(id).hidden = false;
  byId(`${id}-value`).focus();
  byId(`${id}-value`).select();
}

/** @param {string} id */
export function listenToCopy(id) {
  const button = byId(`${id}-copy`);
  button.addEventListener("click", async () => {
    byId(`${id}-value`).select(); // for whoever copies by the keyboard, as without https scripts may not
    try {
      await navigator.clipboard.writeText(byId(`${id}-value`).value);
      button.textContent = text("account", "copied");
    } catch {
      byId(`${id}-value`).focus();
    }
  });
}

/** @param {string | null} value @param {string} [otherwise] @returns {Node | string} */
export const time = (value, otherwise = "—") => (value ? element("time", { datetime: value }) : otherwise);

/** @param {string} words @param {string} title @param {() => void} run @param {string} [kind] @returns {HTMLElement} */
export const button = (words, title, run, kind = "secondary") =>
  element("button", { type: "button", class: `btn btn-sm btn-outline-${kind}`, title, "aria-label": title, onclick: run }, words);

/** @param {string} id of a table @returns {string[]} */
export const headsOf = (id) => [...byId(id).querySelectorAll("thead th")].map((head) => head.textContent?.trim() ?? "");

/** @param {string} id of a table @returns {HTMLElement} */
export const bodyOf = (id) => /** @type {any} */ (byId(id).querySelector("tbody"));
