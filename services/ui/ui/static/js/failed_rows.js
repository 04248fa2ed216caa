/** The first failed and refused rows of a batch, with reasons in the page's language. */

import { call } from "./api.js";
import { byId, element } from "./dom.js";
import { number, problemText, text } from "./text.js";

const MOST_ROWS = 200;

/**
 * Reads only as far as needed: results may be large.
 * @param {string} address @returns {Promise<any[]>}
 */
async function firstLines(address) {
  const body = (await call("GET", address)).body;
  if (!body) return [];
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let read = "";
  let count = 0;
  for (let block = await reader.read(); !block.done && count < MOST_ROWS; block = await reader.read()) {
    read += block.value;
    count = read.split("\n").length - 1;
  }
  await reader.cancel();
  return read.slice(0, read.lastIndexOf("\n") + 1).split("\n", MOST_ROWS).filter(Boolean).map((line) => JSON.parse(line));
}

/** The reason in the page's language, with the field that the sentence names. @param {any} row */
function reason(row) {
  const words = problemText(row.code);
  const field = /(?:field |^)`([\w.]+)`/.exec(row.detail)?.[1];
  return words ? (field ? `${field}: ${words}` : words) : row.detail;
}

/** @param {any} row */
function line(row) {
  const cells = [
    [0, number(row.row)],
    [1, text("outcome", row.outcome)],
    [2, row.id === undefined ? "—" : String(row.id)],
    [3, reason(row)],
  ];
  const heads = [...byId("rows-table").querySelectorAll("thead th")].map((head) => head.textContent ?? "");
  const made = cells.map(([at, value]) => element("td", { "data-label": heads[Number(at)] }, element("span", {}, String(value))));
  made[3].title = row.detail;
  return element("tr", {}, ...made);
}

/** @param {import("./live.js").Batch} batch */
export async function showFailedRows(batch) {
  const wanted = ["failed", "refused"].filter((outcome) => batch.outcomes[outcome] > 0);
  const state = byId("rows-state");
  if (!wanted.length) return void (state.textContent = text("action", "none"));
  try {
    const lists = await Promise.all(wanted.map((outcome) => firstLines(`${batch.results_url}?outcome=${outcome}`)));
    const rows = lists.flat().sort((one, other) => one.row - other.row).slice(0, MOST_ROWS);
    byId("rows").replaceChildren(...rows.map(line));
    byId("rows-table").hidden = false;
    const all = batch.outcomes.failed + batch.outcomes.refused;
    state.hidden = rows.length === all;
    state.textContent = text("action", "more_rows", { count: number(rows.length) });
  } catch (error) {
    state.textContent = /** @type {Error} */ (error).message;
  }
}
