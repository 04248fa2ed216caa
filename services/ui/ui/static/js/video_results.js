/** What became of the videos of a batch: facts, contact sheet, keyframes and shots; of an operation of one's own what it says. */

import { apiAddress } from "./addresses.js";
import { byId, element } from "./dom.js";
import { firstLines } from "./failed_rows.js";
import { FINAL } from "./live.js";
import { renew } from "./renew.js";
import { rowOf } from "./rows_table.js";
import { number, percent, problemText, seconds, text } from "./text.js";
import { progressText } from "./work_in_progress.js";

const MOST_VIDEOS = 20;
const MOST_SHOTS = 1000;
const UPLOADS = "uploads/";
const RESULT = /^results\/[\w-]+\/\d+\/[^/]+$/; // the name of a picture that its worker has put out

/** @param {string} name of a media file, maybe in folders */
const address = (name) => apiAddress(`importer/media/${name.split("/").map(encodeURIComponent).join("/")}`);

/** @param {number | null} value */
const rate = (value) => (value === null || value === undefined ? null : `${number(Math.round(value))} ${text("action", "per_second")}`);

/** @param {any} result how many shots were found; an older result lists all of them */
const shotCount = (result) => result.shot_count ?? result.shots.length;

/** What is known of a video is shown in its units; the fields that it is made of. @type {Record<string, [string[], (result: any) => any]>} */
const FACTS = {
  duration: [["duration"], (result) => seconds(result.duration)],
  frames: [["frames"], (result) => number(result.frames)],
  frame_rate: [["frame_rate"], (result) => rate(result.frame_rate)],
  size: [["width", "height"], (result) => `${result.width} × ${result.height}`],
  codec: [["codec"], (result) => result.codec],
  shots: [["shots"], (result) => number(shotCount(result))],
  device: [["device"], (result) => result.device],
  model: [["model"], (result) => result.model],
  decode_rate: [["decode_rate"], (result) => rate(result.decode_rate)],
  model_rate: [["model_rate"], (result) => rate(result.model_rate)],
};
const SHOWN_ELSEWHERE = ["id", "file", "damaged", "shots_code", "shot_count", "rotation", "contact_sheet", ...Object.values(FACTS).flatMap(([fields]) => fields)];
const isKnown = (/** @type {any} */ value) => value !== null && value !== undefined;

/** Of a result of any operation that reads media; what is made of several values is in its file alone. @param {any} result @returns {[string, any][]} labels and values */
function factsOf(result) {
  const facts = Object.entries(FACTS).filter(([, [fields]]) => fields.every((field) => isKnown(result[field])));
  const others = Object.entries(result).filter(([field, value]) => !SHOWN_ELSEWHERE.includes(field) && isKnown(value) && typeof value !== "object");
  return [
    ...facts.map(([key, [, shown]]) => /** @type {[string, any]} */ ([text("action", key), shown(result)])),
    ...others.map(([field, value]) => /** @type {[string, any]} */ ([titles()[field] ?? field, own(value)])),
  ];
}

/** @returns {Record<string, string>} of the fields of a result, by their names */
const titles = () => JSON.parse(byId("videos-list").dataset.titles ?? "{}");

/** @param {any} value that is shown as it is; a picture by itself */
function own(value) {
  if (typeof value === "boolean") return text("action", value ? "yes" : "no");
  if (typeof value === "number") return number(value);
  return RESULT.test(value) ? picture(value, value.split("/").at(-1) ?? "", "keyframe") : value;
}

/** @param {string} name @param {string} words @param {string} kind */
function picture(name, words, kind) {
  const image = element("img", { src: address(name), alt: words, loading: "lazy", decoding: "async", class: kind });
  return element("a", { href: address(name) }, image);
}

/** @param {any[]} shots */
function keyframes(shots) {
  const items = shots.flatMap((shot, at) => {
    if (!shot.keyframe) return [];
    const words = text("action", "shot", { number: number(at + 1) });
    return [element("li", {}, picture(shot.keyframe, words, "keyframe"), element("span", {}, `${number(at + 1)} · ${seconds(shot.start)}`))];
  });
  return element("ul", { class: "keyframes" }, ...items);
}

/** @param {any[]} shots */
function table(shots) {
  const heads = ["row", "start", "end", "frames", "probability"].map((key) => text("action", key));
  const rows = shots.map((shot, at) =>
    rowOf(heads, [
      number(at + 1),
      seconds(shot.start),
      seconds(shot.end),
      `${number(shot.start_frame)}–${number(shot.end_frame)}`,
      shot.probability === null ? "—" : percent(shot.probability),
    ]),
  );
  const head = element("tr", {}, ...heads.map((words) => element("th", { scope: "col" }, words)));
  const made = element("table", { class: "table table-sm stack" }, element("thead", {}, head), element("tbody", {}, ...rows));
  return element("details", {}, element("summary", {}, text("action", "shots")), element("div", { class: "table-responsive" }, made));
}

/** @param {any} result */
function shotsOf(result) {
  if (!("shots" in result)) return [];
  if (!result.shots) return [element("p", {}, problemText(result.shots_code) || result.shots_code)];
  const shown = result.shots.slice(0, MOST_SHOTS);
  const more = shown.length < shotCount(result) ? [element("p", {}, text("action", "more_rows", { count: number(shown.length) }))] : [];
  const sheet = result.contact_sheet ? [picture(result.contact_sheet, text("action", "contact_sheet"), "contact-sheet")] : [];
  return [...sheet, keyframes(shown), table(shown), ...more];
}

/** @param {any} line */
function video({ row, result }) {
  const facts = factsOf(result).map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value)));
  const damaged = result.damaged ? [element("div", { class: "alert alert-warning" }, text("action", "damaged"))] : [];
  const isUpload = String(result.file ?? "").startsWith(UPLOADS); // a file that somebody laid into the folder is given to nobody
  const name = String(result.id ?? `${text("action", "row")} ${number(row)}`);
  const title = element("h3", {}, isUpload ? element("a", { href: address(result.file) }, name) : name);
  return element("article", { class: "card-body border-top" }, title, ...damaged, element("dl", { class: "facts my-3" }, ...facts), ...shotsOf(result));
}

/** Videos that are not done: which they are, and how far. @param {import("./live.js").Batch} batch */
export function showPending({ pending_records: pending }) {
  const items = (pending ?? []).map(({ row, record, current, total }) => {
    const done = current === null || total === null ? "" : progressText({ current, total }, byId("at-hand").dataset.unit ?? "");
    const name = String(record.id ?? `${text("action", "row")} ${number(row)}`);
    return element("li", { class: "list-group-item" }, element("strong", {}, name), done && ` · ${done}`);
  });
  renew(byId("videos-pending"), element("ul", { id: "videos-pending", class: "list-group list-group-flush" }, ...items));
}

/** What is on the page already stays as it is, with its list of shots open or not: a result never changes. */
const shown = /** @type {Map<number, HTMLElement>} */ (new Map());

/** @param {any} line */
function videoOf(line) {
  const article = shown.get(line.row) ?? video(line);
  shown.set(line.row, article);
  return article;
}

/** @param {import("./live.js").Batch} batch */
export async function showVideos(batch) {
  const state = byId("videos-state");
  if (!batch.outcomes.ok) return void (state.textContent = text("action", FINAL.includes(batch.state) ? "no_results" : "no_results_yet"));
  try {
    const lines = await firstLines(`${batch.results_url}?outcome=ok`, MOST_VIDEOS);
    byId("videos-list").replaceChildren(...lines.map(videoOf));
    state.hidden = lines.length === batch.outcomes.ok;
    state.textContent = text("action", "more_rows", { count: number(lines.length) });
  } catch (error) {
    state.textContent = /** @type {Error} */ (error).message;
  }
}
