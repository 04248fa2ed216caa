/** The page of a resource of the register: list, search, order, pages, form, deletion. The catalog says what its rows have. */

import { apiAddress } from "./addresses.js";
import { call, getJson } from "./api.js";
import { isLong, shown, titleOf } from "./cells.js";
import { Deletion } from "./deletion.js";
import { byId, element, icon, whenTyped } from "./dom.js";
import { Editor } from "./editor.js";
import { clearMessage, message } from "./messages.js";
import { isEnglish, number, text } from "./text.js";

const PAGE_ROWS = 50;
const FIRST_ORDER = "id";

/**
 * @typedef {Record<string, any>} Row
 * @typedef {{resource: string, by: string, shown_as: string | null}} Referred
 * @typedef {{name: string, label: string, kind: string, is_required: boolean, is_nullable: boolean, is_whole: boolean,
 *   choices: any[], default: any, reference: Referred | null}} Field
 * @typedef {{name: string, label: string, fields: string[], shown: string}} Dependent
 * @typedef {{name: string, one: string, many: string, shown: string, is_id_given: boolean, fields: Field[], columns: Field[],
 *   dependents: Dependent[]}} Resource as the server describes it, in the page's language
 */

class ResourcePage {
  /** @param {Resource} about */
  constructor(about) {
    this.about = about;
    this.address = apiAddress(`${about.name}/`);
    this.editor = new Editor(about, this.address, () => this.load());
    this.deletion = new Deletion(about, this.address);
    this.cursors = /** @type {(string | null)[]} */ ([null]);
    this.following = null;
    this.order = FIRST_ORDER;
    this.asked = 0;
    this.listen();
  }

  listen() {
    whenTyped(byId("search"), () => this.restart());
    byId("refresh").addEventListener("click", () => Promise.all([this.load(), this.editor.loadChoices()]));
    byId("export").addEventListener("click", () => this.exportCsv());
    byId("next").addEventListener("click", () => this.turn(this.following));
    byId("previous").addEventListener("click", () => this.turn(undefined));
    for (const head of this.heads()) head.addEventListener("click", () => this.sortBy(String(head.dataset.sort)));
  }

  /** @returns {HTMLElement[]} what is clicked to sort by a column */
  heads() {
    return [...document.querySelectorAll("thead [data-sort]")].map((head) => /** @type {HTMLElement} */ (head));
  }

  async start() {
    await Promise.all([this.load(), this.editor.loadChoices(), this.editor.reset()]);
  }

  restart() {
    this.cursors = [null];
    return this.load();
  }

  /** Once more turns it round. @param {string} name */
  sortBy(name) {
    this.order = this.order === name ? `-${name}` : name;
    for (const head of this.heads()) {
      const isIt = head.dataset.sort === name;
      const direction = this.order.startsWith("-") ? "descending" : "ascending";
      head.closest("th")?.setAttribute("aria-sort", isIt ? direction : "none");
    }
    return this.restart();
  }

  /** @param {string | null | undefined} cursor of the next page; undefined goes back */
  turn(cursor) {
    if (cursor === undefined) this.cursors.pop();
    else this.cursors.push(cursor);
    return this.load();
  }

  /** @param {Record<string, string | number | null | undefined>} [more] */
  query(more = {}) {
    const sort = this.order === FIRST_ORDER ? null : this.order;
    const pairs = Object.entries({ q: byId("search").value.trim(), sort, ...more }).filter(([, value]) => value || value === 0);
    return new URLSearchParams(/** @type {any} */ (pairs)).toString();
  }

  /** Of several loads under way only the last one is shown. */
  async load() {
    const turn = ++this.asked;
    if (!byId("rows").children.length) this.say(text("action", "loading"));
    try {
      const page = await getJson(`${this.address}?${this.query({ limit: PAGE_ROWS, after: this.cursors.at(-1) })}`);
      if (turn === this.asked) this.show(page);
    } catch (error) {
      if (turn === this.asked) this.say(/** @type {Error} */ (error).message, true);
    }
  }

  /** @param {{items: Row[], total: number, next: string | null}} page */
  show(page) {
    this.following = page.next;
    byId("rows").replaceChildren(...page.items.map((row) => this.line(row)));
    byId("total").textContent = text("action", "shown", { shown: number(page.items.length), total: number(page.total) });
    byId("next").disabled = page.next === null;
    byId("previous").disabled = this.cursors.length < 2;
    this.say(page.items.length ? "" : this.nothing());
  }

  /** @returns {string} An empty register says how it is filled. */
  nothing() {
    const isSearch = Boolean(byId("search").value.trim());
    return (!isSearch && byId("list-state").dataset.empty) || text("action", "empty");
  }

  /** @param {string} words @param {boolean} [isTrouble] */
  say(words, isTrouble = false) {
    const state = byId("list-state");
    state.hidden = !words;
    state.className = isTrouble ? "alert alert-warning m-3" : "m-3";
    state.textContent = words;
  }

  /** @param {Row} row */
  line(row) {
    const cells = this.about.columns.map((column) =>
      element("td", { "data-label": column.label, class: isLong(column) ? "" : "text-nowrap" }, element("span", {}, shown(column, row))),
    );
    const edit = this.button("pencil", "edit", row, () => this.edit(row));
    const remove = this.button("trash", "delete", row, () => this.remove(row));
    return element("tr", {}, ...cells, element("td", { class: "actions", "data-right": "editor" }, element("span", {}, edit, " ", remove)));
  }

  /** @param {string} name @param {string} action @param {Row} row @param {() => void} run */
  button(name, action, row, run) {
    const label = `${text("action", action)}: ${titleOf(this.about, row)}`;
    const attributes = { type: "button", class: "btn btn-sm btn-outline-secondary", title: label, "aria-label": label };
    return element("button", { ...attributes, onclick: run }, icon(name));
  }

  /** @param {Row} row */
  async edit(row) {
    clearMessage();
    try {
      await this.editor.open(row.id);
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
      await this.load();
    }
  }

  /** @param {Row} row */
  async remove(row) {
    const { editedId } = this.editor;
    if (await this.deletion.remove(row)) {
      if (editedId === row.id || editedId === null) await this.editor.reset();
    }
    await this.load();
    byId("search").focus({ preventScroll: true });
  }

  /** With the delimiter that a spreadsheet program in the page's language splits at. */
  async exportCsv() {
    clearMessage();
    try {
      const found = await call("GET", `${this.address}?${this.query({ format: "csv", delimiter: isEnglish ? "," : ";" })}`);
      const address = URL.createObjectURL(await found.blob());
      element("a", { href: address, download: `${this.about.name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
    }
  }
}

const described = /** @type {HTMLTemplateElement} */ (/** @type {any} */ (byId("resource"))).content.textContent ?? "";
new ResourcePage(JSON.parse(described)).start();
