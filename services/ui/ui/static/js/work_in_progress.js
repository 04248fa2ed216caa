/** How far the long records are that workers have now: in the unit that their operation counts in, with the pace. */

import { number, text } from "./text.js";

export class WorkInProgress {
  /** @param {HTMLElement} place hidden while there is nothing to tell @param {HTMLElement} figure */
  constructor(place, figure) {
    this.place = place;
    this.figure = figure;
    this.unit = place.dataset.unit ?? "";
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
    this.figure.textContent = `${progressText(told, this.unit)}${this.pace}`;
  }

  /** @param {number} units since the last change; fewer than none where another record has begun */
  measure(units) {
    const now = performance.now() / 1000;
    const isPace = this.changedAt !== null && units > 0;
    const count = number(Math.round(units / (now - (this.changedAt ?? now))));
    this.pace = isPace ? ` · ${text("action", "units_per_second", { count, unit: this.unit })}` : "";
    this.changedAt = now;
  }
}

/** @param {{current: number, total: number}} told @param {string} unit @returns {string} such as: 3 of 12 pages */
export const progressText = ({ current, total }, unit) => text("action", "in_work", { current: number(current), total: number(total), unit });
