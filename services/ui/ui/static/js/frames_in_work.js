/** How far the videos are that are being cut: frames that were judged, of all of theirs, and their pace. */

import { number, text } from "./text.js";

export class FramesInWork {
  /** @param {HTMLElement} place hidden while there is nothing to tell @param {HTMLElement} figure */
  constructor(place, figure) {
    this.place = place;
    this.figure = figure;
    this.current = /** @type {number | null} */ (null);
    this.changedAt = /** @type {number | null} */ (null); // when it was seen to change: before that nobody knows since when it stood so
    this.pace = "";
  }

  /** @param {{current: number, total: number} | null} told */
  show(told) {
    this.place.hidden = !told;
    if (!told) return;
    if (this.current !== null && told.current !== this.current) this.measure(told.current - this.current);
    this.current = told.current;
    this.figure.textContent = `${number(told.current)} / ${number(told.total)}${this.pace}`;
  }

  /** @param {number} frames since the last change; fewer than none where another video has begun */
  measure(frames) {
    const now = performance.now() / 1000;
    const isPace = this.changedAt !== null && frames > 0;
    this.pace = isPace ? ` · ${number(Math.round(frames / (now - (this.changedAt ?? now))))} ${text("action", "per_second")}` : "";
    this.changedAt = now;
  }
}
