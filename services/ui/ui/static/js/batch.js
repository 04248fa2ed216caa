/** `/imports/<id>`: the server wrote the values; this keeps them fresh until the batch is final. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId, confirmed, element } from "./dom.js";
import { showFailedRows } from "./failed_rows.js";
import { connectionOf, FINAL, watch } from "./live.js";
import { message } from "./messages.js";
import { Plot } from "./plot.js";
import { localTimes, number, pace, text } from "./text.js";
import { showPending, showVideos } from "./video_results.js";
import { WorkInProgress } from "./work_in_progress.js";

/** @typedef {import("./live.js").Batch} Batch */

const MOST_AHEAD = 100; // more batches are not counted
const rounded = (/** @type {number | null} */ value) => (value === null ? "—" : number(Math.round(value)));

/** @param {string} id @param {string | null} value */
function showTime(id, value) {
  if (value) byId(id).replaceChildren(element("time", { datetime: value }));
}

/** @param {Batch} batch @returns {Record<string, boolean>} which buttons make sense now */
function possible({ state, outcomes, changes, options, undo_of, retry_batch, undo_batch }) {
  const isFinal = FINAL.includes(state);
  return {
    cancel: !isFinal,
    retry: isFinal && outcomes.failed + outcomes.cancelled > 0 && !retry_batch,
    undo: isFinal && Boolean(changes?.created) && !options.dry_run && !undo_of && !undo_batch,
    delete: isFinal,
  };
}

/** @param {Batch} batch */
function showCounts(batch) {
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = number(batch.outcomes[place.dataset.count]);
  for (const place of document.querySelectorAll("[data-change]")) place.textContent = number(batch.changes?.[place.dataset.change] ?? 0);
  byId("pace").textContent = pace(batch.records_per_second);
  byId("wait").hidden = FINAL.includes(batch.state);
  byId("left").textContent = rounded(batch.seconds_left);
  byId("place").hidden = batch.queue_position === null;
  const ahead = batch.queue_position ?? 0;
  byId("position").textContent = `${number(ahead)}${ahead >= MOST_AHEAD ? "+" : ""}`;
}

/** @param {Batch} batch */
function show(batch) {
  const badge = element("span", { class: `badge state-${batch.state}` }, text("state", batch.state));
  if (byId("state").textContent?.trim() !== badge.textContent) byId("state").replaceChildren(badge);
  byId("waiting").hidden = batch.state !== "waiting_for_worker";
  byId("may-close").hidden = FINAL.includes(batch.state);
  byId("not-ok").hidden = batch.outcomes.failed + batch.outcomes.refused === 0;
  byId("cancelled").hidden = batch.outcomes.cancelled === 0;
  byId("bar").value = batch.progress;
  for (const [action, can] of Object.entries(possible(batch))) button(action).hidden = !can;
  showCounts(batch);
  showTime("time-2", batch.started_at);
  showTime("time-3", batch.finished_at);
  localTimes();
}

/** @param {string} action @returns {HTMLButtonElement} */
const button = (action) => /** @type {any} */ (document.querySelector(`[data-action="${action}"]`));

/** @param {string} id @param {(batch: Batch) => void} changed @returns {Record<string, () => Promise<void>>} */
function actions(id, changed) {
  const address = apiAddress(`importer/batches/${id}`);
  const follow = async (/** @type {string} */ word) => {
    const made = await (await call("POST", `${address}/${word}`)).json();
    location.assign(pageAddress(`imports/${made.id}`));
  };
  return {
    cancel: async () => changed(await (await call("POST", `${address}/cancel`)).json()),
    retry: () => follow("retry"),
    undo: () => follow("undo"),
    delete: async () => {
      await call("DELETE", address);
      location.assign(pageAddress("imports"));
    },
  };
}

/** Every action is asked about first. @param {string} action @param {() => Promise<void>} run */
async function ask(action, run) {
  for (const part of ["title", "text", "yes"]) byId(`confirm-${part}`).textContent = text("action", `${action}_${part}`);
  if (!(await confirmed())) return;
  button(action).disabled = true;
  try {
    await run();
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  } finally {
    button(action).disabled = false;
  }
}

/** @param {string} id */
function start(id) {
  const plot = byId("plot") && new Plot(byId("plot"), byId("plot-card"));
  const workInProgress = new WorkInProgress(byId("at-hand"), byId("in-work"));
  let failedBefore = -1;
  let okBefore = -1;
  const changed = (/** @type {Batch} */ batch) => {
    show(batch);
    plot?.add(batch.rows - batch.outcomes.pending, batch.records_per_second);
    workInProgress.show(batch.at_hand);
    if (byId("videos-pending")) showPending(batch);
    const failed = batch.outcomes.failed + batch.outcomes.refused;
    if (failed !== failedBefore) showFailedRows(batch);
    if (batch.outcomes.ok !== okBefore && byId("videos-list")) showVideos(batch);
    failedBefore = failed;
    okBefore = batch.outcomes.ok;
  };
  watch(id, changed, connectionOf(byId("batch"), byId("link")));
  for (const [action, run] of Object.entries(actions(id, changed))) button(action).addEventListener("click", () => ask(action, run));
}

localTimes();
const page = byId("batch");
if (page) start(page.dataset.id ?? "");
if (location.hash === "#known") message("info", text("action", "already_sent"));
