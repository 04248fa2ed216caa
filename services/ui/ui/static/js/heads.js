/**
 * Heads of a table that are titles of fields in the page's language: the importer knows the fields' names and English titles.
 * Encoding and delimiter are the importer's to find out; where they are guessed wrong here, no head is found, and none is named.
 */

import { CSV_TYPE } from "./content.js";

/** @typedef {import("./content.js").Content} Content */
/** @typedef {import("./operation_choice.js").About} About */

const PEEK_BYTES = 64 * 1024;
const GUESSES = ["utf-8", "windows-1251"];
const DELIMITERS = [",", ";", "\t", "|"];

/** @param {string} head @returns {string} as heads are compared */
const comparable = (head) => head.normalize("NFKC").toLowerCase().replaceAll("ё", "е").split(/\s+/).join(" ").replace(/[ .:*]+$/, "");

/** @param {BufferSource} bytes @param {string[]} encodings @returns {string} nothing where it is in none of them */
function decoded(bytes, encodings) {
  for (const name of encodings) {
    try {
      return new TextDecoder(name, { fatal: true }).decode(bytes, { stream: true });
    } catch {
      // The next one may fit.
    }
  }
  return "";
}

/** @param {string} start of a file @returns {string[]} the cells of its first line that is not about the delimiter */
function headsOf(start) {
  const line = start.split(/\r\n|\r|\n/).find((one) => one.trim() && !/^"?sep=/i.test(one)) ?? "";
  const count = (/** @type {string} */ mark) => line.split(mark).length;
  const delimiter = DELIMITERS.reduce((best, one) => (count(one) > count(best) ? one : best));
  return line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").trim()).filter(Boolean);
}

/** @typedef {{understood: number, pairs: string[]}} Fit how many heads are an operation's, and what is to be said of those that only the page knows */

/** @param {string[]} heads @param {About} operation @returns {Fit} */
function fitOf(heads, { fields, titles }) {
  const titled = new Map(Object.entries(titles).map(([name, title]) => [comparable(title), name]));
  const names = new Set(fields.map(comparable));
  const said = heads.filter((head) => titled.has(comparable(head)));
  return {
    understood: heads.filter((head) => titled.has(comparable(head)) || names.has(comparable(head))).length,
    pairs: said.map((head) => `${head}:${titled.get(comparable(head))}`),
  };
}

/**
 * @param {Content} content @param {About[]} operations of which the table is for one, by what its heads are like
 * @param {string} encoding that was chosen, or nothing
 * @returns {Promise<Record<string, string>>} the option of the call, if there is something to say
 */
export async function namedColumns({ blob, type, media }, operations, encoding) {
  if (media || type !== CSV_TYPE) return {};
  const heads = headsOf(decoded(await blob.slice(0, PEEK_BYTES).arrayBuffer(), encoding ? [encoding] : GUESSES));
  const fits = operations.map((one) => fitOf(heads, one));
  const { pairs } = fits.reduce((best, one) => (one.understood > best.understood ? one : best), { understood: 0, pairs: [] });
  return pairs.length ? { columns: pairs.join(",") } : {};
}
