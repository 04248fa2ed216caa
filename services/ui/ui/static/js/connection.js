/** Since when there has been no news: what is shown may be over, so it is grey until there is. */

import { byId } from "./dom.js";
import { clock, text } from "./text.js";

export class Connection {
  /** @param {HTMLElement} region that news are of */
  constructor(region) {
    this.region = region;
    this.heardAt = new Date();
  }

  heard() {
    this.heardAt = new Date();
    this.region.classList.remove("stale");
    byId("connection").replaceChildren();
  }

  /** @param {"offline" | "away"} why nobody answers, or the gateway does and the service behind it does not */
  lost(why) {
    const words = text("action", why, { time: clock(this.heardAt) });
    this.region.classList.add("stale");
    if (byId("connection").textContent === words) return;
    const line = document.createElement("span");
    line.textContent = words;
    byId("connection").replaceChildren(line);
  }
}
