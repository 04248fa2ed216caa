/** The first failed and refused rows of a batch, with reasons in the page's language. */

import { call } from "./api.js";
import { byId, element } from "./dom.js";
import { more, place, reason } from "./reasons.js";
import { rowOf } from "./rows_table.js";
import { number, text } from "./text.js";

const MOST_ROWS = 200;

/**
 * Reads only as far as needed: results may be large.
 * @param {string} address @param {number} most @returns {Promise<any[]>}
 */
export async function firstLines(address, most) {
  const body = (await call("GET", address)).body;
  if (!body) return [];
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let read = "";
  let count = 0;
  for (let block = await reader.read(); !block.done && count < most; block = await reader.read()) {
    read += block.value;
    count = read.split("\n").length - 1;
  }
  await reader.cancel();
  return read.slice(0, read.lastIndexOf("\n") + 1).split("\n", most).filter(Boolean).map((line) => JSON.parse(line));
}

/** The sentence of the importer may say more than its code does. @param {any} row */
function reasonCell(row) {
  const words = reason(row);
  const own = more(words, row.detail);
  const children = [element("span", { class: "d-block" }, words)];
  if (own) children.push(element("small", { class: "text-body-secondary" }, own));
  return element("span", {}, ...children);
}

/** @param {any} row */
function line(row) {
  const heads = [...byId("rows-table").querySelectorAll("thead th")].map((head) => head.textContent ?? "");
  const id = element("span", { class: "id" }, row.id === undefined ? "—" : String(row.id));
  return rowOf(heads, [element("span", { class: "text-nowrap" }, place(row)), text("outcome", row.outcome), id, reasonCell(row)]);
}

/** @param {import("./live.js").Batch} batch @param {number} [most] rows that are shown */
export async function showFailedRows(batch, most = MOST_ROWS) {
  const state = byId("rows-state");
  const all = batch.outcomes.failed + batch.outcomes.refused;
  if (!all) return void (state.textContent = state.dataset.none ?? "");
  try {
    const rows = await firstLines(`${batch.results_url}?outcome=not_ok`, most);
    byId("rows").replaceChildren(...rows.map(line));
    byId("rows-table").hidden = false;
    state.hidden = rows.length === all;
    state.textContent = text("action", "more_rows", { count: number(rows.length) });
  } catch (error) {
    state.textContent = /** @type {Error} */ (error).message;
  }
}
