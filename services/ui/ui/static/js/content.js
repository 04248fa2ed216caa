/** What is to be sent: a file or a typed text as it is, with the type that its start shows. */

const PEEK_BYTES = 64 * 1024;
const MARK = [0xef, 0xbb, 0xbf];
export const JSON_TYPE = "application/json";
export const NDJSON_TYPE = "application/x-ndjson";
export const CSV_TYPE = "text/csv";

/** @typedef {{blob: Blob, body: Blob, type: string, name: string, media?: {file: File, reader: import("./media.js").Reader}}} Content */

/** @param {string} line @returns {any} undefined where it is no JSON */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** @param {string} start @returns {string} an object without records in the first line is NDJSON */
function jsonType(start) {
  const first = parsed(start.split("\n", 1)[0]);
  const isLines = first !== undefined && !(first && typeof first === "object" && "records" in first);
  return isLines ? NDJSON_TYPE : JSON_TYPE;
}

/** A byte order mark says something of a table; JSON has none. @param {Blob} blob @returns {Promise<Blob>} */
async function withoutMark(blob) {
  const start = new Uint8Array(await blob.slice(0, MARK.length).arrayBuffer());
  return MARK.every((byte, at) => start[at] === byte) ? blob.slice(MARK.length) : blob;
}

/** @param {Blob} blob @returns {Promise<boolean>} whether there is nothing in it but spaces and a byte order mark */
export const isEmpty = async (blob) => blob.size <= PEEK_BYTES && !(await blob.text()).trim();

/**
 * What does not start as JSON is a table. The rest is the importer's to find out.
 * @param {Blob} blob @param {string} name @returns {Promise<Content>}
 */
export async function prepared(blob, name) {
  const start = (await blob.slice(0, PEEK_BYTES).text()).trimStart();
  const packed = /\.(ndjson|jsonl|json)\.gz$/i.exec(name);
  if (packed) return { blob, name, body: blob, type: packed[1].toLowerCase() === "json" ? JSON_TYPE : NDJSON_TYPE };
  const type = start.startsWith("[") ? JSON_TYPE : start.startsWith("{") ? jsonType(start) : CSV_TYPE;
  return { blob, name, body: type === CSV_TYPE ? blob : await withoutMark(blob), type };
}

/** @param {Blob} blob @returns {Promise<boolean>} false where a file was changed or removed after it was chosen */
export async function isReadable(blob) {
  try {
    await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
