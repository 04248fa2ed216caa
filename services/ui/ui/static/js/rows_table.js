/** Tables whose heads become labels of their cells on a narrow screen. */

import { element } from "./dom.js";

/** @param {string[]} heads @param {(Node | string)[]} cells @returns {HTMLElement} */
export function rowOf(heads, cells) {
  return element("tr", {}, ...cells.map((cell, at) => element("td", { "data-label": heads[at] ?? "" }, element("span", {}, cell))));
}
