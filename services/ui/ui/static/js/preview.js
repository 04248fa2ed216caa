/** Shows what the importer found out about a file, before anything is sent for good. */

import { byId, element } from "./dom.js";
import { place, reason } from "./reasons.js";
import { rowOf } from "./rows_table.js";
import { bytes, number, text } from "./text.js";

/**
 * @typedef {{operation: string, has_worker: boolean, input: Record<string, any>, rows_read: number, rows_expected: number,
 *   is_whole: boolean, rows: any[], rows_refused: number, refused: any[]}} Found
 */

/** @param {Found} found */
function howMany(found) {
  if (found.is_whole) return number(found.rows_read);
  if (found.input.format === "json") return `> ${number(found.rows_read)}`;
  return text("action", "about", { count: number(found.rows_expected) });
}

/** @param {Record<string, any>} input */
function encoding(input) {
  const name = input.encoding && text("found", input.encoding);
  return input.byte_order_mark ? text("action", "with_mark", { encoding: name }) : name;
}

/** A field with the head that stood for it. @param {string} name @param {Record<string, string>} [heads] */
function headed(name, heads = {}) {
  const head = Object.keys(heads).find((one) => heads[one] === name);
  return head ? `${head} → ${name}` : name;
}

/** What was in the file and is no part of any record. @param {Record<string, any>} counts */
function passedOver(counts) {
  const values = ([, value]) => (Array.isArray(value) ? { names: value.join(", ") } : { count: number(value) });
  return Object.entries(counts).map((entry) => text("action", `over_${entry[0]}`, values(entry))).join("; ");
}

/** @param {Found} found @param {import("./content.js").Content} content @param {string} title of the operation */
function facts(found, { name, media }, title) {
  const { input } = media ? { input: /** @type {Record<string, any>} */ ({}) } : found;
  const pairs = [
    ["file", name],
    ["size", media && bytes(media.file.size)],
    ["operation", title],
    ["form", input.format && text("found", input.format)],
    ["encoding", encoding(input)],
    ["delimiter", input.delimiter && text("found", input.delimiter)],
    ["columns", input.columns?.map((/** @type {string} */ name) => headed(name, input.heads)).join(", ")],
    ["passed_over", passedOver(input.passed_over ?? {})],
    ["rows", media ? "" : howMany(found)],
  ];
  return pairs
    .filter(([, value]) => value)
    .map(([label, value]) => element("div", {}, element("dt", {}, text("action", label)), element("dd", {}, value)));
}

/** @param {any} value */
const shown = (value) => (value === undefined || value === null ? "—" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** @param {Found} found @returns {string[]} the fields of the rows, in the order of the file; its columns where no row can be read */
function columnsOf(found) {
  const fields = new Set(found.rows.flatMap((line) => Object.keys(line.record ?? {})));
  const columns = found.input.columns ?? [...fields];
  return fields.size ? columns.filter((/** @type {string} */ name) => fields.has(name)) : columns;
}

/** @param {any} line @param {string[]} heads the row's number, the columns, maybe what is wrong @param {string[]} columns */
function row(line, heads, columns) {
  const record = line.record ?? line;
  const cells = [element("span", { class: "text-nowrap" }, place(line)), ...columns.map((name) => shown(record[name])), line.code ? reason(line) : ""];
  const made = rowOf(heads, cells.slice(0, heads.length));
  if (line.code) made.classList.add("table-warning");
  return made;
}

/** @param {Found} found */
function showRows(found) {
  const columns = columnsOf(found);
  const wrong = found.rows.some((line) => line.code) ? [text("action", "wrong")] : [];
  const heads = [text("action", "row"), ...columns, ...wrong];
  byId("preview-heads").replaceChildren(...heads.map((head) => element("th", { scope: "col" }, head)));
  byId("preview-rows").replaceChildren(...found.rows.map((line) => row(line, heads, columns)));
}

/** @param {Found} found */
function showRefused(found) {
  const box = byId("preview-refused");
  box.hidden = !found.rows_refused;
  if (box.hidden) return;
  const counts = { refused: number(found.rows_refused), read: number(found.rows_read) };
  const lines = found.refused.map((line) => element("li", {}, `${place(line)}: ${reason(line)}`));
  box.replaceChildren(text("action", "will_be_refused", counts), element("ul", { class: "mb-0" }, ...lines));
}

/** @param {Found} found @param {import("./content.js").Content} content @param {string} title of the operation */
export function showPreview(found, content, title) {
  byId("preview-facts").replaceChildren(...facts(found, content, title));
  byId("preview-table").hidden = Boolean(content.media);
  byId("preview-no-worker").hidden = found.has_worker;
  byId("preview-guessed").hidden = found.input.encoding_source !== "detected";
  showRefused(found);
  showRows(found);
  byId("preview").hidden = false;
}
