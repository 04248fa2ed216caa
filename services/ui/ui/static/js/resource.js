/** The page of one resource of the register: list, search, pages, form, deletion. Groups and types share it. */

import { call, getJson } from "./api.js";
import { byId, confirmed, element, icon } from "./dom.js";
import { Editor } from "./editor.js";
import { clearMessage, message } from "./messages.js";
import { isEnglish, number, text } from "./text.js";

const PAGE_ROWS = 50;
const SEARCH_PAUSE_MS = 250;

/**
 * @typedef {Record<string, any>} Row
 * @typedef {object} Description
 * @property {string} address such as `apiAddress("groups/")`
 * @property {string[]} fields of the form, in its order
 * @property {string[]} integers those of the fields that are whole numbers
 * @property {string[]} [kept] fields that the next new row begins with
 * @property {{name: string, cell: (row: Row) => string, label: string}[]} columns
 * @property {(row: Row) => string} title of a row in messages
 * @property {(row: Row) => Promise<Node | null>} [dependents] what stands in the way of deleting it
 */

export class ResourcePage {
  /** @param {Description} description */
  constructor(description) {
    this.about = description;
    this.editor = new Editor(description, () => this.load());
    this.cursors = /** @type {(string | null)[]} */ ([null]);
    this.following = null;
    this.asked = 0;
    this.listen();
  }

  listen() {
    let pause = 0;
    byId("search").addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => this.restart(), SEARCH_PAUSE_MS);
    });
    byId("refresh").addEventListener("click", () => this.load());
    byId("export").addEventListener("click", () => this.exportCsv());
    byId("next").addEventListener("click", () => this.turn(this.following));
    byId("previous").addEventListener("click", () => this.turn(undefined));
  }

  async start() {
    await Promise.all([this.load(), this.editor.reset()]);
  }

  restart() {
    this.cursors = [null];
    return this.load();
  }

  /** @param {string | null | undefined} cursor of the next page; undefined goes back */
  turn(cursor) {
    if (cursor === undefined) this.cursors.pop();
    else this.cursors.push(cursor);
    return this.load();
  }

  /** @param {Record<string, string | number | null | undefined>} [more] */
  query(more = {}) {
    const pairs = Object.entries({ q: byId("search").value.trim(), ...more }).filter(([, value]) => value || value === 0);
    return new URLSearchParams(/** @type {any} */ (pairs)).toString();
  }

  /** Of several loads under way only the last one is shown. */
  async load() {
    const turn = ++this.asked;
    if (!byId("rows").children.length) this.say(text("action", "loading"));
    try {
      const page = await getJson(`${this.about.address}?${this.query({ limit: PAGE_ROWS, after: this.cursors.at(-1) })}`);
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
      element("td", { "data-label": column.label }, element("span", {}, column.cell(row))),
    );
    const edit = this.button("pencil", "edit", row, () => this.edit(row));
    const remove = this.button("trash", "delete", row, () => this.remove(row));
    return element("tr", {}, ...cells, element("td", { class: "actions" }, element("span", {}, edit, " ", remove)));
  }

  /** @param {string} name @param {string} action @param {Row} row @param {() => void} run */
  button(name, action, row, run) {
    const label = `${text("action", action)}: ${this.about.title(row)}`;
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

  /** @param {Row} row The row as it is now is confirmed, and only that is deleted. */
  async remove(row) {
    clearMessage();
    try {
      const found = await call("GET", `${this.about.address}${row.id}`);
      const now = await found.json();
      byId("confirm-text").textContent = text("action", "confirm_delete", { id: now.id, name: this.about.title(now) });
      if (!(await confirmed())) return;
      const tag = found.headers.get("ETag") ?? "*";
      await call("DELETE", `${this.about.address}${row.id}`, { headers: { "If-Match": tag } });
      message("success", text("action", "deleted", { id: row.id }));
      if (this.editor.editedId === row.id || this.editor.editedId === null) await this.editor.reset();
    } catch (error) {
      await this.explain(/** @type {ProblemError} */ (error), row);
    }
    await this.load();
    byId("search").focus({ preventScroll: true });
  }

  /** @param {ProblemError} error @param {Row} row */
  async explain(error, row) {
    const users = error.code === "in_use" && this.about.dependents ? await this.about.dependents(row) : null;
    message("danger", users ?? error.message);
  }

  /** With the delimiter that a spreadsheet program in the page's language splits at. */
  async exportCsv() {
    clearMessage();
    try {
      const delimiter = encodeURIComponent(isEnglish ? "," : ";");
      const found = await call("GET", `${this.about.address}?${this.query()}&format=csv&delimiter=${delimiter}`);
      const address = URL.createObjectURL(await found.blob());
      element("a", { href: address, download: `${this.about.address.split("/").at(-2)}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
    }
  }
}
