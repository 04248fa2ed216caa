/**
 * Heads of a table that are titles of fields in the page's language: the importer knows the fields' names and English titles.
 * Encoding and delimiter are the importer's to find out; where they are guessed wrong here, no head is found, and none is named.
 */

import { CSV_TYPE } from "./content.js";

/** @typedef {import("./content.js").Content} Content */

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

/**
 * @param {Content} content @param {Record<string, string>} titles of the operation's fields, by the fields' names
 * @param {string} encoding that was chosen, or nothing
 * @returns {Promise<Record<string, string>>} the option of the call, if there is something to say
 */
export async function namedColumns({ blob, type, video }, titles, encoding) {
  const fields = new Map(Object.entries(titles).map(([name, title]) => [comparable(title), name]));
  if (video || type !== CSV_TYPE || !fields.size) return {};
  const start = decoded(await blob.slice(0, PEEK_BYTES).arrayBuffer(), encoding ? [encoding] : GUESSES);
  const pairs = headsOf(start).flatMap((head) => (fields.has(comparable(head)) ? [`${head}:${fields.get(comparable(head))}`] : []));
  return pairs.length ? { columns: pairs.join(",") } : {};
}
