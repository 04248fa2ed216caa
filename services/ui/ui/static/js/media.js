/** A file that goes to the importer's media folder as it is; a batch of one record names it there. */

import { apiAddress } from "./addresses.js";
import { NDJSON_TYPE } from "./content.js";
import { getJson } from "./api.js";

/** @typedef {import("./content.js").Content} Content */
/** @typedef {{operation: string, media: import("./operation_choice.js").Media}} Reader */

const ENDINGS = /\.(mp4|m4v|mkv|mov|avi|webm|ts|m2ts|mpg|mpeg|wmv|asf|flv|ogv|3gp|mxf|dv|nut|gif|apng)$/i;
const ROWS = /\.(csv|tsv|txt|json|ndjson|jsonl)(\.gz)?$/i;
const LONGEST_ID = 1000; // characters
export const MEDIA = apiAddress("importer/media");

/** @param {File} file @param {boolean} isReaderChosen whether the operation that is chosen reads media @returns {boolean} */
export const isMedia = (file, isReaderChosen) => file.type.startsWith("video/") || ENDINGS.test(file.name) || (isReaderChosen && !ROWS.test(file.name));

/** @param {Reader} reader @param {string} id what the results call it @param {string} name of the media file */
export function recordOf({ media }, id, name) {
  const numbered = media.id_types.includes("string") ? { id: id.slice(0, LONGEST_ID) } : media.id_types.length ? { id: 1 } : {};
  return new Blob([JSON.stringify({ ...numbered, [media.field]: name })]);
}

/** @param {File} file @param {Reader} reader @returns {Content} as a batch of one record, whose file is still to be sent */
export const mediaContent = (file, reader) => ({ blob: file, name: file.name, body: recordOf(reader, file.name, file.name), type: NDJSON_TYPE, media: { file, reader } });

/** @returns {Promise<number>} the most bytes that are taken now */
export async function mostBytes() {
  const { max_bytes: most, room_bytes: room } = await getJson(`${MEDIA}?limit=1`);
  return Math.min(most, room);
}
