/** A new import from a file or from pasted text. */

import { call } from "./api.js";
import { byId, clearMessage, element, message } from "./dom.js";
import { text } from "./text.js";

const PEEK_BYTES = 64 * 1024;
const JSON_TYPE = "application/json";
const NDJSON_TYPE = "application/x-ndjson";

/** @param {string} line @returns {any} undefined where it is no JSON */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * What a text is can be seen at its start: a list is wrapped, an object without records in the first line is NDJSON.
 * @param {Blob} content @returns {Promise<{body: Blob, type: string}>}
 */
export async function prepared(content) {
  const start = (await content.slice(0, PEEK_BYTES).text()).trimStart();
  if (start.startsWith("[")) return { body: new Blob(['{"records":', content, "}"]), type: JSON_TYPE };
  const first = parsed(start.split("\n", 1)[0]);
  const isLines = first !== undefined && !(first && typeof first === "object" && "records" in first);
  return { body: content, type: isLines ? NDJSON_TYPE : JSON_TYPE };
}

/** The same content sent twice by impatience makes one batch. @returns {string} */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

let key = newKey();

/** @returns {Blob | null} */
function chosenContent() {
  const file = /** @type {HTMLInputElement} */ (byId("file")).files?.[0];
  const pasted = byId("pasted").value.trim();
  return file ?? (pasted ? new Blob([pasted]) : null);
}

/** @param {string} name @param {string} words */
function mark(name, words) {
  byId(name).classList.toggle("is-invalid", Boolean(words));
  byId(name).setAttribute("aria-invalid", String(Boolean(words)));
  byId(`error-${name}`).textContent = words;
}

async function send() {
  const content = chosenContent();
  mark("source", "");
  mark("file", content ? "" : text("action", "nothing_to_send"));
  if (!content) return byId("file").focus();
  const { body, type } = await prepared(content);
  const query = new URLSearchParams({ operation: byId("operation").value });
  if (byId("source").value) query.set("source", byId("source").value);
  const headers = { "Content-Type": type, "Idempotency-Key": key };
  const answer = await call("POST", `/api/importer/batches?${query}`, { body, headers });
  location.assign(`/imports/${(await answer.json()).id}`);
}

byId("new-batch").addEventListener("input", () => (key = newKey()));
byId("new-batch").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearMessage();
  byId("send").disabled = true;
  try {
    await send();
  } catch (error) {
    const source = error.errors?.find((/** @type {any} */ one) => one.pointer === "?source");
    if (source) mark("source", error.message);
    else message("danger", error.message, ...(error.detail ? [element("div", { class: "small", lang: "en" }, error.detail)] : []));
  } finally {
    byId("send").disabled = false;
  }
});
