/** Why what was chosen on `/imports` was not taken: at the field that is wrong, or with the first rows that are. */

import { mark } from "./chosen_source.js";
import { isReadable } from "./content.js";
import { element } from "./dom.js";
import { message } from "./messages.js";
import { more, reason } from "./reasons.js";
import { number, text } from "./text.js";

const ROWS_SHOWN = 10;

/** @param {any} error @param {Blob} [blob] that was being sent */
export async function explain(error, blob) {
  if (error.name === "AbortError") return;
  const source = error.errors?.find((/** @type {any} */ one) => one.pointer === "?source");
  if (source) return mark("source", error.message);
  if (blob && !(await isReadable(blob))) return mark("file", text("action", "file_changed"));
  const own = more(error.message, error.detail);
  message("danger", error.message, ...(own ? [element("div", { class: "small" }, own)] : []), ...wrongRows(error.errors ?? []));
}

/** @param {import("./api.js").FieldError[]} errors @returns {Node[]} a list of the first that are about rows */
function wrongRows(errors) {
  const found = errors.flatMap((one) => {
    const [, index, field] = /^\/records\/(\d+)(?:\/(.+))?$/.exec(one.pointer) ?? [];
    return index ? [`${number(Number(index) + 1)}: ${reason({ ...one, field })}`] : [];
  });
  const items = found.slice(0, ROWS_SHOWN).map((words) => element("li", {}, words));
  return items.length ? [element("ul", { class: "small mb-0" }, ...items)] : [];
}
