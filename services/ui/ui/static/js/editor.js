/** The form of a resource: makes a row, or changes one and never over somebody else's change. */

import { call, getJson } from "./api.js";
import { byId, element } from "./dom.js";
import { clearMessage, message } from "./messages.js";
import { reason } from "./reasons.js";
import { text } from "./text.js";

/** @typedef {import("./resource.js").Description} Description */
/** @typedef {import("./resource.js").Row} Row */
/** @typedef {import("./api.js").ProblemError} ProblemError */

const WHOLE = /^-?\d{1,10}$/;

export class Editor {
  /** @param {Description} description @param {() => Promise<void>} changed called after the server took a change */
  constructor(description, changed) {
    this.about = description;
    this.changed = changed;
    this.editedId = /** @type {number | null} */ (null);
    this.tag = "";
    this.newTitle = byId("editor-title").textContent ?? "";
    byId("editor").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    byId("cancel-edit").addEventListener("click", () => this.reset().then(() => this.input("id").focus()));
  }

  /** @param {string} name @returns {HTMLInputElement} */
  input(name) {
    return byId(`field-${name}`);
  }

  /** Empties the form and proposes the next free id. */
  async reset() {
    const isNext = this.editedId === null; // one new row after the other
    const kept = (this.about.kept ?? []).filter(() => isNext).map((name) => [name, this.input(name).value]);
    this.editedId = null;
    this.fill(Object.fromEntries(kept));
    this.showMode();
    try {
      const page = await getJson(`${this.about.address}?limit=1&sort=-id`);
      if (this.editedId === null && !this.input("id").value) this.input("id").value = String((page.items[0]?.id ?? 0) + 1);
    } catch {
      // The list says what is wrong; an id can be typed all the same.
    }
  }

  /** Nothing can be typed until the row is there: it would be lost. @param {number} id */
  async open(id) {
    byId("editor").inert = true;
    try {
      const found = await call("GET", `${this.about.address}${id}`);
      this.editedId = id;
      this.tag = found.headers.get("ETag") ?? "";
      this.fill(await found.json());
      this.showMode();
    } finally {
      byId("editor").inert = false;
    }
    this.input(this.about.fields[1]).focus();
  }

  showMode() {
    const isNew = this.editedId === null;
    byId("editor-title").textContent = isNew ? this.newTitle : (byId("editor-title").dataset.editing ?? "").replace("{id}", String(this.editedId));
    byId("save").textContent = text("action", isNew ? "create" : "save");
    byId("cancel-edit").hidden = isNew;
    this.input("id").readOnly = !isNew;
  }

  /** @param {Row} row */
  fill(row) {
    for (const name of this.about.fields) this.input(name).value = row[name] ?? "";
    this.clearErrors();
  }

  clearErrors() {
    byId("conflict").replaceChildren();
    for (const name of this.about.fields) this.mark(name, "");
  }

  /** @param {string} name @param {string} words nothing means that the field is right */
  mark(name, words) {
    this.input(name).classList.toggle("is-invalid", Boolean(words));
    this.input(name).setAttribute("aria-invalid", String(Boolean(words)));
    byId(`error-${name}`).textContent = words;
  }

  /** An empty text is null; an empty or odd number is left to the checks. @returns {Row | null} null if a field is wrong */
  values() {
    const wrong = this.about.integers.filter((name) => !WHOLE.test(this.input(name).value.trim()));
    for (const name of wrong) {
      const isEmpty = !this.input(name).value.trim();
      this.mark(name, isEmpty ? text("problem", "missing_field") : text("action", "not_whole"));
    }
    if (wrong.length) this.input(wrong[0]).focus();
    if (wrong.length) return null;
    const entries = this.about.fields.map((name) => {
      const value = this.input(name).value;
      return [name, this.about.integers.includes(name) ? Number(value.trim()) : value || null];
    });
    return Object.fromEntries(entries);
  }

  async save() {
    clearMessage();
    this.clearErrors();
    const values = this.values();
    if (!values) return;
    byId("save").disabled = true;
    try {
      await this.send(values);
    } catch (error) {
      await this.showFailure(/** @type {ProblemError} */ (error));
    } finally {
      byId("save").disabled = false;
    }
  }

  /** @param {Row} values */
  async send(values) {
    const isNew = this.editedId === null;
    if (isNew) await call("POST", this.about.address, { json: values });
    else await call("PUT", `${this.about.address}${this.editedId}`, { json: values, headers: { "If-Match": this.tag } });
    message("success", text("action", isNew ? "created" : "saved", { id: values.id }));
    await this.reset();
    await this.changed();
    this.input("id").focus();
  }

  /** @param {ProblemError} error */
  async showFailure(error) {
    if (error.status === 412) return this.showConflict();
    const own = error.errors.filter(({ pointer }) => this.about.fields.includes(pointer.slice(1)));
    for (const one of own) this.mark(one.pointer.slice(1), reason(one));
    if (own.length) this.input(own[0].pointer.slice(1)).focus();
    else message("danger", error.message);
  }

  /** Somebody else's row is shown beside the form; which one stays is the reader's choice. */
  async showConflict() {
    let found;
    try {
      found = await call("GET", `${this.about.address}${this.editedId}`);
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
      return;
    }
    const theirs = await found.json();
    const tag = found.headers.get("ETag") ?? "";
    const facts = this.about.columns.map(({ label, cell }) => element("div", {}, `${label}: ${cell(theirs)}`));
    const take = () => {
      this.tag = tag;
      this.fill(theirs);
    };
    const keep = () => {
      this.tag = tag;
      return this.save();
    };
    const buttons = [["take_theirs", take], ["keep_mine", keep]].map(([name, run]) =>
      element("button", { type: "button", class: "btn btn-sm btn-outline-secondary me-2 mt-2", onclick: run }, text("action", String(name))),
    );
    const attributes = { class: "alert alert-warning mt-3 mb-0", role: "alert", tabindex: "-1" };
    const box = element("div", attributes, text("action", "changed_meanwhile"), ...facts, ...buttons);
    byId("conflict").replaceChildren(box);
    box.focus(); // no button: whoever pressed Enter twice has chosen nothing yet
    await this.changed();
  }
}
