/** What went wrong, in the page's language: by its code, with the values and the place that the server's sentence names. */

import { detailTexts, filled, isEnglish, number, problemText, text } from "./text.js";

/** @param {string} detail @returns {string} such as "line 3, column 12", where the detail says so */
function placeIn(detail) {
  const line = /\bline (\d+)/.exec(detail);
  const column = /\bcolumn (\d+)/.exec(detail);
  if (!line) return "";
  return column ? text("action", "line_and_column", { line: line[1], column: column[1] }) : text("action", "line", { line: line[1] });
}

/** @param {string} code @param {string} [detail] the server's own sentence @returns {string} nothing where the code is unknown */
export function sentence(code, detail = "") {
  for (const one of detailTexts) {
    const found = one.code === code && one.pattern.exec(detail);
    if (found) return filled(one.text, found.groups ?? {});
  }
  const place = isEnglish ? "" : placeIn(detail); // an English page shows the detail itself
  const words = problemText(code);
  return words && place ? `${words} (${place})` : words;
}

/** The reason of a row, with the field that is wrong. @param {any} row @returns {string} */
export function reason(row) {
  const words = sentence(row.code, row.detail) || row.detail || row.code; // an operation of one's own has words of its own
  return row.field ? `${row.field}: ${words}` : words;
}

/** The row's number, and where it begins in the file. @param {any} row @returns {string} */
export const place = (row) => (row.line ? `${number(row.row)} (${text("action", "file_line", { line: number(row.line) })})` : number(row.row));

/** @param {string} shown @param {string} [detail] @returns {string} what more the server says, where the page has its language */
export const more = (shown, detail = "") => (isEnglish && detail !== shown ? detail : "");
