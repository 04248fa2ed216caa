/** Values of a row as people read them, by the kind of their field. */

import { day, moment, text } from "./text.js";

/** @typedef {import("./resource.js").Field} Field */
/** @typedef {import("./resource.js").Row} Row */

const NOTHING = "—";

/** Of these a cell breaks within a word, if it must. @param {Field} field */
export const isLong = (field) => ["text", "long_text", "reference", "json"].includes(field.kind);

/** @type {Record<string, (value: any) => string>} */
const KINDS = {
  boolean: (value) => text("action", value ? "yes" : "no"),
  date: day,
  "date-time": (value) => moment(value),
  json: (value) => JSON.stringify(value),
};

/** @param {Field} field @param {Row} row @returns {string} with the name of the row that it points to */
export function shown(field, row) {
  const value = row[field.name];
  if (value === null || value === undefined) return NOTHING;
  if (field.reference?.shown_as) return `${value}: ${row[field.reference.shown_as] ?? NOTHING}`;
  return (KINDS[field.kind] ?? String)(value);
}

/** @param {import("./resource.js").Resource} about @param {Row} row @returns {string} what names it in messages */
export const titleOf = (about, row) => String(row[about.shown] ?? row.id);
