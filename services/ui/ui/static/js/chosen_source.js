/** What is chosen on `/imports`: a file or a typed text, and how it is to be read. */

import { isEmpty, prepared } from "./content.js";
import { byId } from "./dom.js";
import { namedColumns } from "./heads.js";
import { isMedia, mediaContent, mostBytes } from "./media.js";
import { isReaderChosen, mediaReader, possibleOperations } from "./operation_choice.js";
import { bytes, text } from "./text.js";

/** @typedef {import("./content.js").Content} Content */

export const file = /** @type {HTMLInputElement} */ (byId("file"));
const encoding = /** @type {HTMLSelectElement} */ (/** @type {any} */ (byId("encoding")));
const pasted = /** @type {HTMLTextAreaElement} */ (/** @type {any} */ (byId("pasted")));

/** @param {string} name @param {string} words nothing means that the field is right */
export function mark(name, words) {
  byId(name).classList.toggle("is-invalid", Boolean(words));
  byId(name).setAttribute("aria-invalid", String(Boolean(words)));
  byId(`error-${name}`).textContent = words;
}

/** @returns {File | undefined} */
const given = () => file.files?.[0];

/** @returns {boolean} whether it is sent as it is, for an operation that reads it */
const isGivenMedia = () => Boolean(given() && isMedia(/** @type {File} */ (given()), isReaderChosen()));

/** @returns {boolean} */
export const isAnythingChosen = () => Boolean(given() || pasted.value.trim());

/** @param {DragEvent} event @returns {boolean} whether one file was dropped, which is chosen then */
export function takeDropped(event) {
  const files = event.dataTransfer?.files ?? [];
  if (files.length > 1) mark("file", text("problem", "one_file"));
  if (files.length !== 1) return false;
  file.files = /** @type {FileList} */ (files);
  return true;
}

/** @param {number} mostOfRows bytes @returns {Promise<Content | null>} null where nothing is chosen that could be sent; the field says why */
export async function chosen(mostOfRows) {
  const blob = given() ?? (pasted.value.trim() ? new Blob([pasted.value]) : null); // untrimmed: what ends with a tab ends with an empty cell
  const reader = isGivenMedia() ? mediaReader() : null;
  mark("source", "");
  const fault = await faultOf(blob, reader ? await mostBytes() : mostOfRows);
  mark("file", fault);
  if (fault) file.focus();
  if (fault || !blob) return null;
  return reader ? mediaContent(/** @type {File} */ (given()), reader) : prepared(blob, given()?.name ?? text("action", "typed"));
}

/** @param {Blob | null} blob @param {number} most bytes @returns {Promise<string>} nothing where it can be sent */
async function faultOf(blob, most) {
  if (!blob) return text("action", "nothing_to_send");
  if (await isEmpty(blob)) return text("problem", "empty_upload");
  if (isGivenMedia() && !mediaReader()) return text("action", "no_reader");
  return blob.size > most ? text("action", "file_too_large", { size: bytes(blob.size), most: bytes(most) }) : "";
}

/** @returns {Record<string, string>} what is sent as it is has none, and what is typed is UTF-8 */
export const chosenEncoding = () => (given() && !isGivenMedia() && encoding.value ? { encoding: encoding.value } : {});

/** @param {Content} content @returns {Promise<Record<string, string>>} the options of the call that say how it is read */
export async function chosenReading(content) {
  return { ...chosenEncoding(), ...(await namedColumns(content, possibleOperations(), encoding.value)) };
}
