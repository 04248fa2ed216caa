/** Pages that the server renders whole: of their live part, what has changed is taken over every few seconds. */

import { Connection } from "./connection.js";
import { byId } from "./dom.js";
import { renew } from "./renew.js";
import { localTimes } from "./text.js";

const PATIENCE_MS = 10_000;
const region = byId("live");
const connection = new Connection(region);

/** @returns {Promise<Element | null>} the live part as it is now; null where no page comes */
async function fetched() {
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.redirected) location.assign(response.url); // to sign in
    if (!response.ok) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html").getElementById("live");
  } catch {
    return null;
  }
}

async function refresh() {
  if (document.visibilityState === "hidden") return;
  const fresh = await fetched();
  if (!fresh) return connection.lost("offline");
  localTimes(fresh);
  renew(region, fresh);
  connection.heard();
}

/** One look after the other, so that a slow server is not asked twice at once. */
function schedule() {
  setTimeout(() => refresh().finally(schedule), Number(region.dataset.refreshSeconds) * 1000);
}

localTimes();
schedule();
document.addEventListener("visibilitychange", refresh);
