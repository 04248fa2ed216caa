/** A dry run on the page where its file was chosen: watched to its end, so that the load itself is one more click. */

import { pageAddress } from "./addresses.js";
import { byId, element } from "./dom.js";
import { showFailedRows } from "./failed_rows.js";
import { connectionOf, FINAL, watch } from "./live.js";
import { number, text } from "./text.js";

/** @typedef {import("./live.js").Batch} Batch */

/** @param {string} label @param {number} count */
const fact = (label, count) => element("div", {}, element("dt", {}, label), element("dd", {}, number(count)));

/** @param {Batch} batch */
function show(batch) {
  byId("trial-state").replaceChildren(element("span", { class: `badge state-${batch.state}` }, text("state", batch.state)));
  byId("trial-bar").value = batch.progress;
  const changes = Object.entries(batch.changes ?? {}).map(([name, count]) => fact(text("change", name), count));
  const bad = ["failed", "refused"].map((name) => fact(text("outcome", name), batch.outcomes[name]));
  byId("trial-counts").replaceChildren(...changes, ...bad);
}

const MOST_ROWS = 10; // its own page has more
let stop = () => {};

export function hideTrial() {
  stop();
  byId("trial").hidden = true;
}

/** @param {Batch} first as it was accepted @param {() => void} finished */
export function showTrial(first, finished) {
  stop();
  byId("trial").hidden = false;
  byId("trial-page").href = pageAddress(`imports/${first.id}`);
  byId("rows-table").hidden = true;
  byId("rows-state").textContent = "";
  show(first);
  byId("trial-title").focus();
  const changed = (/** @type {Batch} */ batch) => {
    show(batch);
    if (!FINAL.includes(batch.state)) return;
    showFailedRows(batch, MOST_ROWS);
    finished();
  };
  stop = watch(first.id, changed, connectionOf(byId("trial"), byId("trial-link")));
}
