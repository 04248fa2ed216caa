/** A field of a form: shows a value of its kind, and reads what was typed. */

import { byId } from "./dom.js";
import { text } from "./text.js";

/** @typedef {import("./resource.js").Field} Field */

const WHOLE = /^-?\d{1,19}$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const two = (/** @type {number} */ value) => String(value).padStart(2, "0");

/** What was typed is no value of this kind; its message says why. */
class Unreadable extends Error {}

/** @param {string} value with its offset @returns {string} as an input shows it, in the reader's own zone */
function localMoment(value) {
  const time = new Date(value);
  if (Number.isNaN(time.getTime())) return "";
  const day = `${String(time.getFullYear()).padStart(4, "0")}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** @param {string} typed @returns {any} what becomes this number in JSON, though JavaScript may have no such number */
function whole(typed) {
  if (!WHOLE.test(typed)) throw new Unreadable(text("action", "not_whole"));
  if (Number.isSafeInteger(Number(typed))) return Number(typed);
  const exact = /** @type {any} */ (JSON).rawJSON?.(String(BigInt(typed)));
  if (!exact) throw new Unreadable(text("problem", "out_of_range"));
  return exact;
}

/** @param {string} typed with a point or a comma @param {RegExp} form @returns {string} with a point */
function plain(typed, form) {
  const found = typed.trim().replace(",", ".");
  if (!form.test(found)) throw new Unreadable(text("action", "not_number"));
  return found;
}

/** @param {string} typed @param {Field} field */
const chosen = (typed, field) => field.choices.find((one) => String(one) === typed);

/** Texts are left as they are: what their normal form is, the server knows. @type {Record<string, (typed: string, field: Field) => any>} */
const READERS = {
  integer: (typed) => whole(typed.trim()),
  number: (typed) => Number(plain(typed, NUMBER)),
  decimal: (typed) => plain(typed, DECIMAL),
  boolean: (typed) => typed === "true",
  choice: chosen,
  reference: (typed, field) => (field.is_whole ? whole(typed) : typed),
  "date-time": (typed) => new Date(typed).toISOString(),
};

export class FormField {
  /** @param {Field} about */
  constructor(about) {
    this.about = about;
    this.name = about.name;
    this.input = /** @type {HTMLInputElement} */ (byId(`field-${about.name}`));
    this.isBox = this.input.type === "checkbox";
    this.before = "";
  }

  /** @returns {string} what stands in it; of a box always "true" or "false" */
  get typed() {
    return this.isBox ? String(this.input.checked) : this.input.value;
  }

  /** @param {any} value */
  show(value) {
    this.write(this.input, value);
    this.before = this.typed;
    this.mark("");
  }

  /** @param {HTMLInputElement} input @param {any} value */
  write(input, value) {
    if (this.isBox) input.checked = Boolean(value);
    else input.value = value === null || value === undefined ? "" : this.about.kind === "date-time" ? localMoment(value) : String(value);
  }

  /** What is shown stays, though the server has this value now. @param {any} value */
  compareWith(value) {
    const other = /** @type {HTMLInputElement} */ (this.input.cloneNode(true));
    this.write(other, value);
    this.before = this.isBox ? String(other.checked) : other.value;
  }

  /** An input may show less than the value has, such as no line ends, so only what somebody changed is sent. */
  get isChanged() {
    return this.typed !== this.before || this.input.validity.badInput;
  }

  /** @returns {boolean} whether there is nothing in it; half a date is something */
  get isEmpty() {
    return !this.typed.trim() && !this.input.validity.badInput;
  }

  /** @returns {any} the value; undefined where it is wrong, and the field says why */
  value() {
    if (this.isEmpty && this.about.is_required) return this.mark(text("problem", "missing_field"));
    if (this.isEmpty) return null;
    try {
      if (this.input.validity.badInput) throw new Unreadable(text("action", "not_date"));
      return (READERS[this.about.kind] ?? String)(this.typed, this.about);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return this.mark(error.message);
    }
  }

  /** @param {string} words nothing means that the field is right */
  mark(words) {
    this.input.classList.toggle("is-invalid", Boolean(words));
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
    byId(`error-${this.name}`).textContent = words;
  }
}
