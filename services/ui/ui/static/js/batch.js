/** `/imports/<id>`: the server wrote the values; this keeps them fresh until the batch is final. */

import { call, getJson } from "./api.js";
import { byId, confirmed, element, message } from "./dom.js";
import { showFailedRows } from "./failed_rows.js";
import { FINAL, watch } from "./live.js";
import { Plot } from "./plot.js";
import { localTimes, number, text } from "./text.js";

/** @typedef {import("./live.js").Batch} Batch */

const rounded = (/** @type {number | null} */ value) => (value === null ? "—" : number(Math.round(value)));

/** @param {string} id @param {string | null} value */
function showTime(id, value) {
  if (value) byId(id).replaceChildren(element("time", { datetime: value }));
}

/** @param {Batch} batch */
function show(batch) {
  const isFinal = FINAL.includes(batch.state);
  const badge = element("span", { class: `badge state-${batch.state}` }, text("state", batch.state));
  if (byId("state").textContent?.trim() !== badge.textContent) byId("state").replaceChildren(badge);
  byId("waiting").hidden = batch.state !== "waiting_for_worker";
  byId("may-close").hidden = isFinal;
  byId("cancel").hidden = isFinal;
  byId("bar").value = batch.rows - batch.outcomes.pending;
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = number(batch.outcomes[place.dataset.count]);
  byId("pace").textContent = rounded(batch.records_per_second);
  byId("left").textContent = rounded(batch.seconds_left);
  showTime("time-2", batch.started_at);
  showTime("time-3", batch.finished_at);
  localTimes();
}

/** @param {string} id */
function start(id) {
  const plot = new Plot(byId("plot"), byId("plot-card"));
  let failedBefore = -1;
  const changed = (/** @type {Batch} */ batch) => {
    show(batch);
    plot.add(batch.rows - batch.outcomes.pending, batch.records_per_second);
    const failed = batch.outcomes.failed + batch.outcomes.refused;
    if (failed !== failedBefore) showFailedRows(batch);
    failedBefore = failed;
  };
  watch(id, changed, (how) => {
    byId("link").hidden = !how;
    byId("link").textContent = how && text("action", how);
  });
  byId("cancel").addEventListener("click", async () => {
    if (!(await confirmed())) return;
    try {
      await call("POST", `/api/importer/batches/${id}/cancel`);
      changed(await getJson(`/api/importer/batches/${id}`));
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
    }
  });
}

localTimes();
const page = byId("batch");
if (page) start(page.dataset.id ?? "");
