/** The list of operations of `/imports`: which one is chosen, and what the importer told of each. */

import { byId } from "./dom.js";
import { text } from "./text.js";

/**
 * @typedef {{field: string, id_types: string[]}} Media of an operation whose records name media files
 * @typedef {{columns: string, fields: string[], titles: Record<string, string>, media: Media | null}} About an operation
 */

const list = /** @type {HTMLSelectElement} */ (/** @type {any} */ (byId("operation")));

/** @returns {HTMLOptionElement[]} without the one that lets the importer find out */
const known = () => [...list.options].filter((one) => one.value);

/** @param {HTMLOptionElement} one @returns {About} */
const aboutOf = (one) => JSON.parse(one.dataset.about ?? "{}");

/** @returns {string} nothing where the importer is to find out */
export const chosenOperation = () => list.value;

/** @param {string} name @returns {string} which people read */
export const titleOf = (name) => known().find((one) => one.value === name)?.label ?? name;

/** @param {string} name @returns {string} what it takes to send it */
export const rightOf = (name) => known().find((one) => one.value === name)?.dataset.right ?? "operator";

/** @returns {About[]} of those that a table can be for */
export const possibleOperations = () => known().filter((one) => !list.value || one.selected).map(aboutOf);

/** @returns {boolean} whether the chosen one reads files as they are */
export const isReaderChosen = () => known().some((one) => one.selected && aboutOf(one).media);

/** @returns {{operation: string, media: Media} | null} the chosen one where it reads media, else the first that does */
export function mediaReader() {
  const readers = known().filter((one) => aboutOf(one).media);
  const found = readers.find((one) => one.selected) ?? readers[0];
  return found ? { operation: found.value, media: /** @type {Media} */ (aboutOf(found).media) } : null;
}

function describe() {
  const columns = list.value && aboutOf(list.selectedOptions[0]).columns;
  byId("operation-help").textContent = columns ? text("action", "columns_of", { columns }) : "";
}

/** @param {() => void} changed called after another one was chosen */
export function listenToOperation(changed) {
  list.addEventListener("change", () => {
    describe();
    changed();
  });
  describe();
}
