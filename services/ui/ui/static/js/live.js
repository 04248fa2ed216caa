/** One batch as it changes: by server-sent events, and by asking where they do not get through. */

import { apiAddress } from "./addresses.js";
import { getJson } from "./api.js";
import { Connection } from "./connection.js";
import { text } from "./text.js";

/** @typedef {{id: string, state: string, rows: number, outcomes: Record<string, number>, progress: number, at_hand: {current: number, total: number, unit: string} | null,
 *   records_per_second: number | null, seconds_left: number | null, changes: Record<string, number> | null, options: Record<string, any>, operation: string,
 *   queue_position: number | null, retry_of: string | null, undo_of: string | null, retry_batch: string | null, undo_batch: string | null,
 *   pending_records: {row: number, record: any, is_running: boolean, current: number | null, total: number | null}[] | null, finished_at: string | null, started_at: string | null, results_url: string}} Batch */

const POLL_MS = 2000;
const MOST_ERRORS = 3;
export const FINAL = ["cancelled", "done", "done_with_errors"];

/**
 * @param {string} id @param {(batch: Batch) => void} changed
 * @param {(how: "live" | "polling" | "away" | "offline" | "") => void} connection how the page hears of changes; "" at the end
 * @returns {() => void} ends it before that
 */
export function watch(id, changed, connection) {
  const address = apiAddress(`importer/batches/${id}`);
  const source = new EventSource(`${address}/events`);
  let errors = 0;
  source.addEventListener("batch", (event) => {
    errors = 0;
    connection("live");
    changed(JSON.parse(event.data));
  });
  source.addEventListener("problem", () => connection("away"));
  source.addEventListener("end", () => {
    source.close();
    connection("");
  });
  const polling = new AbortController();
  source.addEventListener("error", () => {
    errors += 1;
    if (errors > 1) connection("offline"); // one is what a stream that was long enough ends with
    if (source.readyState !== EventSource.CLOSED && errors < MOST_ERRORS) return;
    source.close();
    poll(address, changed, connection, polling.signal);
  });
  return () => {
    source.close();
    polling.abort();
  };
}

/** Says in a line how the page hears of changes, and where it does not. @param {HTMLElement} region @param {HTMLElement} line */
export function connectionOf(region, line) {
  const news = new Connection(region);
  return (/** @type {string} */ how) => {
    const isLost = how === "away" || how === "offline";
    if (isLost) news.lost(how);
    else news.heard();
    line.hidden = !how || isLost;
    line.textContent = line.hidden ? "" : text("action", how);
  };
}

/** @param {string} address @param {(batch: Batch) => void} changed @param {(how: any) => void} connection @param {AbortSignal} signal */
async function poll(address, changed, connection, signal) {
  let isOver = false;
  try {
    const batch = await getJson(address);
    if (signal.aborted) return;
    connection("polling");
    changed(batch);
    isOver = FINAL.includes(batch.state);
  } catch (error) {
    connection(/** @type {import("./api.js").ProblemError} */ (error).status ? "away" : "offline");
  }
  if (isOver) connection("");
  else if (!signal.aborted) setTimeout(() => poll(address, changed, connection, signal), POLL_MS);
}
