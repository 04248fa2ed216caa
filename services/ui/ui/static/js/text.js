/** Texts of the page's language, which the server sends along. */

/** @type {Record<string, Record<string, string>>} */
const texts = JSON.parse(document.getElementById("texts").content.textContent);
const language = document.documentElement.lang;
export const isEnglish = language === "en";

/** Patterns are written as Python writes them. @type {{code: string, pattern: RegExp, text: string}[]} */
export const detailTexts = /** @type {any} */ (texts.detail).map(([code, pattern, words]) => ({
  code,
  pattern: new RegExp(pattern.replaceAll("(?P<", "(?<")),
  text: words,
}));

/**
 * @param {string} section @param {string} key @param {Record<string, string | number>} [values] for `{name}` in the text
 * @returns {string} the key itself where there is no text
 */
export function text(section, key, values = {}) {
  return filled(texts[section][key] ?? key, values);
}

/** @param {string} words with places such as `{name}` @param {Record<string, string | number>} values @returns {string} */
export const filled = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/** @param {string} code @returns {string} the text of a problem's code, or nothing */
export const problemText = (code) => texts.problem[code] ?? "";

/** @param {number} value @returns {string} */
export const number = (value) => new Intl.NumberFormat(language).format(value);

const PACES = /** @type {[string, number][]} */ ([["per_second", 1], ["per_minute", 60], ["per_hour", 3600]]);

/** @param {number | null} value records a second @returns {string} in the unit in which it is one or more */
export function pace(value) {
  if (value === null) return "—";
  const [unit, seconds] = PACES.find(([, length]) => value * length >= 1) ?? PACES[2];
  const count = value * seconds;
  return text("pace", unit, { count: number(count < 10 ? Math.round(count * 10) / 10 : Math.round(count)) });
}

/** @param {number} part of one @returns {string} */
export const percent = (part) => new Intl.NumberFormat(language, { style: "percent" }).format(part);

/** @param {number} value @returns {string} such as 1:02:03.5 */
export function seconds(value) {
  const tenths = Math.round(value * 10); // before it is taken apart: 1.2 - 1 is a little less than 0.2
  const whole = Math.floor(tenths / 10);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  return `${parts.join(":")}.${tenths % 10}`;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** @param {number} count @returns {string} in the largest unit that it fills, of 1024 each */
export function bytes(count) {
  const size = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), UNITS.length - 1);
  const format = new Intl.NumberFormat(language, { style: "unit", unit: UNITS[size], maximumFractionDigits: 1 });
  return format.format(count / 1024 ** size);
}

/** @param {Date} time @returns {string} hours and minutes */
export const clock = (time) => new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(time);

/** @param {Intl.DateTimeFormatOptions} options @param {string} value @param {string} [read] @returns {string} as it came where it is no time */
function localised(options, value, read = value) {
  const time = new Date(read);
  return Number.isNaN(time.getTime()) ? value : new Intl.DateTimeFormat(language, options).format(time);
}

/** @param {string} value such as 2026-01-31 @returns {string} */
export const day = (value) => localised({ dateStyle: "medium", timeZone: "UTC" }, value, `${value}T00:00:00Z`);

/** @param {string} value with its offset @param {"short" | "medium"} [dateStyle] @returns {string} in the reader's own zone */
export const moment = (value, dateStyle = "medium") => localised({ dateStyle, timeStyle: "medium" }, value);

/** Shows times in the reader's own zone. @param {ParentNode} [root] */
export function localTimes(root = document) {
  for (const time of root.querySelectorAll("time")) time.textContent = moment(time.dateTime, "short");
}
