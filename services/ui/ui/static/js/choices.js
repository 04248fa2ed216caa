/** The rows that a reference can be to: the first of them, or those that are searched for. */

import { apiAddress } from "./addresses.js";
import { getJson } from "./api.js";
import { byId, element, whenTyped } from "./dom.js";
import { message } from "./messages.js";

/** @typedef {import("./resource.js").Row} Row */
/** @typedef {import("./resource.js").Referred} Referred */

const MOST = 500; // more are searched for

export class Choices {
  /** @param {import("./form_field.js").FormField} field */
  constructor(field) {
    this.select = /** @type {HTMLSelectElement} */ (/** @type {any} */ (field.input));
    this.search = /** @type {HTMLInputElement} */ (byId(`search-${field.name}`));
    this.reference = /** @type {Referred} */ (field.about.reference);
    this.name = field.name;
    this.asked = 0;
    whenTyped(this.search, () => this.load());
  }

  /** Keeps what is chosen already. Of several loads under way only the last one is shown. */
  async load() {
    const turn = ++this.asked;
    const words = this.search.value.trim();
    try {
      const query = new URLSearchParams({ limit: String(MOST), ...(words ? { q: words } : {}) });
      const found = await getJson(`${apiAddress(`${this.reference.resource}/`)}?${query}`);
      if (turn === this.asked) this.offer(found.items, words || found.total > MOST);
    } catch (error) {
      message("warning", /** @type {Error} */ (error).message);
    }
  }

  /** @param {Row[]} rows @param {boolean | string} isSearched */
  offer(rows, isSearched) {
    const chosen = this.select.selectedOptions[0];
    const options = rows.map((row) => this.option(row.id, row[this.reference.by]));
    this.select.replaceChildren(this.select.options[0], ...options);
    this.search.hidden = !isSearched;
    if (chosen?.value) this.choose(chosen.value, chosen);
  }

  /** @param {any} id @param {any} name */
  option(id, name) {
    return element("option", { value: id }, `${id}: ${name ?? "—"}`);
  }

  /** @param {string} id @param {Node} option that is added where no other has this id */
  choose(id, option) {
    if (![...this.select.options].some((one) => one.value === id)) this.select.append(option);
    this.select.value = id;
  }

  /** So that it can be shown in the form. @param {Row} row as it is shown */
  admit(row) {
    const id = row[this.name];
    const name = this.reference.shown_as ? row[this.reference.shown_as] : undefined;
    if (id !== null && id !== undefined) this.choose(String(id), this.option(id, name));
  }
}
