/** Pages that the server renders whole: their live part is taken anew every few seconds. */

import { byId } from "./dom.js";
import { localTimes } from "./text.js";

/** @param {Element} region Keeps the keyboard's place in it, by the address of the focused link. */
function focusedAddress(region) {
  const active = document.activeElement;
  return active && region.contains(active) ? active.getAttribute("href") : null;
}

/** @param {string} html of the whole page */
function replaceRegion(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("live");
  if (!fresh) return;
  const region = byId("live");
  const address = focusedAddress(region);
  localTimes(fresh);
  region.replaceChildren(...fresh.childNodes);
  if (address) region.querySelector(`[href="${CSS.escape(address)}"]`)?.focus();
}

async function refresh() {
  if (document.visibilityState === "hidden") return;
  const response = await fetch(location.href).catch(() => null);
  if (response?.ok) replaceRegion(await response.text());
}

/** One look after the other, so that a slow server is not asked twice at once. */
function schedule() {
  setTimeout(() => refresh().finally(schedule), Number(byId("live").dataset.refreshSeconds) * 1000);
}

localTimes();
schedule();
