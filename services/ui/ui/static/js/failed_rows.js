/** The first failed and refused rows of a batch, with reasons in the page's language. */

import { call } from "./api.js";
import { byId, element } from "./dom.js";
import { rowOf } from "./rows_table.js";
import { number, problemText, text } from "./text.js";

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

/** The reason in the page's language, with the field that is wrong. @param {any} row @returns {string} */
export function reason(row) {
  const words = problemText(row.code) || row.detail;
  return row.field ? `${row.field}: ${words}` : words;
}

/** The sentence of the importer says more than its code does: which row, how long, how many. @param {any} row */
function reasonCell(row) {
  const words = element("span", { class: "d-block" }, reason(row));
  const own = element("small", { lang: "en", class: "text-body-secondary" }, row.detail);
  return element("span", {}, ...(row.detail === words.textContent ? [words] : [words, own]));
}

/** @param {any} row */
function line(row) {
  const heads = [...byId("rows-table").querySelectorAll("thead th")].map((head) => head.textContent ?? "");
  const id = row.id === undefined ? "—" : String(row.id);
  return rowOf(heads, [number(row.row), text("outcome", row.outcome), id, reasonCell(row)]);
}

/** @param {import("./live.js").Batch} batch @param {number} [most] rows that are shown */
export async function showFailedRows(batch, most = MOST_ROWS) {
  const state = byId("rows-state");
  const all = batch.outcomes.failed + batch.outcomes.refused;
  if (!all) return void (state.textContent = text("action", "none"));
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
