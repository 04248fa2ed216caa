/** What became of the videos of a batch: facts, contact sheet, keyframes and shots. */

import { apiAddress } from "./addresses.js";
import { byId, element } from "./dom.js";
import { firstLines } from "./failed_rows.js";
import { FINAL } from "./live.js";
import { renew } from "./renew.js";
import { rowOf } from "./rows_table.js";
import { number, percent, problemText, seconds, text } from "./text.js";

const MOST_VIDEOS = 20;
const MOST_SHOTS = 1000;
const UPLOADS = "uploads/";

/** @param {string} name of a media file, maybe in folders */
const address = (name) => apiAddress(`importer/media/${name.split("/").map(encodeURIComponent).join("/")}`);

/** @param {number | null} value */
const rate = (value) => (value === null || value === undefined ? null : `${number(Math.round(value))} ${text("action", "per_second")}`);

/** @param {any} result how many shots were found; an older result lists all of them */
const shotCount = (result) => result.shot_count ?? result.shots.length;

/** @param {any} result @returns {[string, any][]} labels and values; nothing is shown of what is not known */
const factsOf = (result) => [
  ["duration", result.duration === null ? null : seconds(result.duration)],
  ["frames", number(result.frames)],
  ["frame_rate", rate(result.frame_rate)],
  ["size", `${result.width} × ${result.height}`],
  ["codec", result.codec],
  ["shots", result.shots && number(shotCount(result))],
  ["device", result.device],
  ["model", result.model],
  ["decode_rate", rate(result.decode_rate)],
  ["model_rate", rate(result.model_rate)],
];

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
  if (!result.shots) return [element("p", {}, problemText(result.shots_code) || result.shots_code)];
  const shown = result.shots.slice(0, MOST_SHOTS);
  const more = shown.length < shotCount(result) ? [element("p", {}, text("action", "more_rows", { count: number(shown.length) }))] : [];
  const sheet = result.contact_sheet ? [picture(result.contact_sheet, text("action", "contact_sheet"), "contact-sheet")] : [];
  return [...sheet, keyframes(shown), table(shown), ...more];
}

/** @param {any} line */
function video({ result }) {
  const facts = factsOf(result)
    .filter(([, value]) => value)
    .map(([key, value]) => element("div", {}, element("dt", {}, text("action", key)), element("dd", {}, value)));
  const damaged = result.damaged ? [element("div", { class: "alert alert-warning" }, text("action", "damaged"))] : [];
  const isUpload = result.file.startsWith(UPLOADS); // a file that somebody laid into the folder is given to nobody
  const title = element("h3", {}, isUpload ? element("a", { href: address(result.file) }, result.id) : result.id);
  return element("article", { class: "card-body border-top" }, title, ...damaged, element("dl", { class: "facts my-3" }, ...facts), ...shotsOf(result));
}

/** Videos that are not done: which they are, and how far. @param {import("./live.js").Batch} batch */
export function showPending({ pending_records: pending }) {
  const items = (pending ?? []).map(({ record, current, total }) => {
    const far = current === null || total === null ? "" : text("action", "in_work", { current: number(current), total: number(total) });
    return element("li", { class: "list-group-item" }, element("strong", {}, String(record.id)), far && ` · ${far}`);
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
