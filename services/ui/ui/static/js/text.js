/** Texts of the page's language, which the server sends along. */

/** @type {Record<string, Record<string, string>>} */
const texts = JSON.parse(document.getElementById("texts").content.textContent);
const language = document.documentElement.lang;

/**
 * @param {string} section @param {string} key @param {Record<string, string | number>} [values] for `{name}` in the text
 * @returns {string} the key itself where there is no text
 */
export function text(section, key, values = {}) {
  const found = texts[section][key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @param {string} code @returns {string} the text of a problem's code, or nothing */
export const problemText = (code) => texts.problem[code] ?? "";

/** @param {number} value @returns {string} */
export const number = (value) => new Intl.NumberFormat(language).format(value);

/** Shows times in the reader's own zone. @param {ParentNode} [root] */
export function localTimes(root = document) {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  for (const time of root.querySelectorAll("time")) time.textContent = format.format(new Date(time.dateTime));
}
