/** A video that is chosen for import: it goes to the importer's media folder, and a batch names it there. */

import { apiAddress } from "./addresses.js";
import { NDJSON_TYPE } from "./content.js";
import { getJson } from "./api.js";

/** @typedef {import("./content.js").Content} Content */

const ENDINGS = /\.(mp4|m4v|mkv|mov|avi|webm|ts|m2ts|mpg|mpeg|wmv|asf|flv|ogv|3gp|mxf|dv|nut|gif|apng)$/i;
export const MEDIA = apiAddress("importer/media");
export const OPERATION = "process_video";

/** @param {File} file */
export const isVideo = (file) => file.type.startsWith("video/") || ENDINGS.test(file.name);

/** @param {string} id what the results call it @param {string} name of the media file */
export const recordOf = (id, name) => new Blob([JSON.stringify({ id: id.slice(0, 1000), payload: name })]);

/** @param {File} file @returns {Content} as a batch of one record, whose file is still to be sent */
export const videoContent = (file) => ({ blob: file, name: file.name, body: recordOf(file.name, file.name), type: NDJSON_TYPE, video: file });

/** @returns {Promise<number>} the most bytes that are taken now */
export async function mostBytes() {
  const { max_bytes: most, room_bytes: room } = await getJson(`${MEDIA}?limit=1`);
  return Math.min(most, room);
}
