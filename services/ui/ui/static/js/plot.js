/** Records per second over time, as a small picture. */

import { svg } from "./dom.js";
import { number, text } from "./text.js";

const WIDTH = 600;
const HEIGHT = 120;
const MOST_POINTS = 600;

export class Plot {
  /** @param {HTMLElement} place @param {HTMLElement} card hidden until there is something to show */
  constructor(place, card) {
    this.place = place;
    this.card = card;
    this.points = /** @type {{at: number, pace: number}[]} */ ([]);
    this.last = /** @type {{at: number, done: number} | null} */ (null);
  }

  /** @param {number} done records so far @param {number | null} average their pace until now, where the line begins */
  add(done, average) {
    const at = performance.now() / 1000;
    if (this.last && at - this.last.at < 0.3) return;
    if (this.last) this.points.push({ at, pace: Math.max(0, done - this.last.done) / (at - this.last.at) });
    else this.points.push({ at, pace: average ?? 0 });
    this.last = { at, done };
    if (this.points.length > MOST_POINTS) this.points.shift();
    if (this.points.length > 1) this.draw();
  }

  draw() {
    const peak = Math.max(1, ...this.points.map((point) => point.pace));
    const [from, to] = [this.points[0].at, this.points[this.points.length - 1].at];
    const spots = this.points.map(({ at, pace }) => {
      const x = ((at - from) / (to - from)) * WIDTH;
      return `${x.toFixed(1)},${(HEIGHT - 4 - (pace / peak) * (HEIGHT - 8)).toFixed(1)}`;
    });
    const label = text("action", "plot", { peak: number(Math.round(peak)) });
    const area = svg("polygon", { class: "area", points: `0,${HEIGHT} ${spots.join(" ")} ${WIDTH},${HEIGHT}` });
    const line = svg("polyline", { class: "line", points: spots.join(" ") });
    const picture = { class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label };
    const caption = document.createElement("div");
    caption.className = "small text-body-secondary";
    caption.textContent = label;
    this.place.replaceChildren(svg("svg", picture, area, line), caption);
    this.card.hidden = false;
  }
}
