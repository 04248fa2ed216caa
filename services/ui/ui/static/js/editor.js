/** The form of a resource: makes a row, or changes one and never over somebody else's change. */

import { call, getJson, jsonOf } from "./api.js";
import { shown } from "./cells.js";
import { Choices } from "./choices.js";
import { byId, element } from "./dom.js";
import { FormField } from "./form_field.js";
import { clearMessage, message } from "./messages.js";
import { reason } from "./reasons.js";
import { text } from "./text.js";

/** @typedef {import("./resource.js").Resource} Resource */
/** @typedef {import("./resource.js").Row} Row */
/** @typedef {import("./api.js").ProblemError} ProblemError */

export class Editor {
  /** @param {Resource} about @param {string} address of its rows @param {() => Promise<void>} changed called after the server took a change */
  constructor(about, address, changed) {
    this.about = about;
    this.address = address;
    this.changed = changed;
    this.fields = about.fields.map((field) => new FormField(field));
    this.choices = this.fields.filter((field) => field.about.reference).map((field) => new Choices(field));
    this.editedId = /** @type {number | null} */ (null);
    this.tag = "";
    this.newTitle = byId("editor-title").textContent ?? "";
    byId("editor").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    byId("cancel-edit").addEventListener("click", () => this.reset().then(() => this.focus()));
  }

  loadChoices() {
    return Promise.all(this.choices.map((one) => one.load()));
  }

  /** @returns {FormField | undefined} the id, where people give it */
  get id() {
    return this.fields.find((field) => field.name === "id");
  }

  /** @param {FormField} [field] the first one unless it is named */
  focus(field = this.fields[0]) {
    (field?.input ?? byId("editor-title")).focus();
  }

  /** Empties the form and proposes the next free id. One new row after the other points to the same row. */
  async reset() {
    const isNext = this.editedId === null;
    const kept = new Map(this.choices.filter(() => isNext).map((one) => [one.name, one.select.value]));
    this.editedId = null;
    for (const field of this.fields) field.show(kept.get(field.name) || field.about.default);
    byId("conflict").replaceChildren();
    this.showMode();
    await this.propose();
  }

  async propose() {
    if (!this.id) return;
    try {
      const page = await getJson(`${this.address}?limit=1&sort=-id`);
      const next = Number(page.items[0]?.id ?? 0) + 1;
      if (this.editedId === null && this.id.isEmpty && Number.isSafeInteger(next)) this.id.show(next);
    } catch {
      // The list says what is wrong; an id can be typed all the same.
    }
  }

  /** Nothing can be typed until the row is there: it would be lost. @param {number} id */
  async open(id) {
    byId("editor").inert = true;
    try {
      const found = await call("GET", `${this.address}${id}`);
      this.editedId = id;
      this.show(await jsonOf(found), found.headers.get("ETag") ?? "");
      this.showMode();
    } finally {
      byId("editor").inert = false;
    }
    this.focus(this.fields.find((field) => field !== this.id));
  }

  showMode() {
    const isNew = this.editedId === null;
    byId("editor-title").textContent = isNew ? this.newTitle : `${this.about.one} ${this.editedId}`;
    byId("save").textContent = text("action", isNew ? "create" : "save");
    byId("cancel-edit").hidden = isNew;
    if (this.id) this.id.input.readOnly = !isNew;
  }

  /** @param {Row} row @param {string} tag its own */
  show(row, tag) {
    this.tag = tag;
    for (const one of this.choices) one.admit(row);
    for (const field of this.fields) field.show(row[field.name]);
    byId("conflict").replaceChildren();
  }

  /** What is empty in a new row is left to the server, but for a proposed value that somebody took away. @returns {Row | null} null if a field is wrong */
  values() {
    const isNew = this.editedId === null;
    const asked = this.fields.filter((field) => isNew || field.isChanged);
    const read = asked.map((field) => /** @type {[FormField, any]} */ ([field, field.value()]));
    const wrong = read.find(([, value]) => value === undefined);
    if (wrong) this.focus(wrong[0]);
    if (wrong) return null;
    const sent = read.filter(([field, value]) => !isNew || value !== null || (field.about.is_nullable && field.about.default !== null));
    return Object.fromEntries(sent.map(([field, value]) => [field.name, value]));
  }

  async save() {
    clearMessage();
    byId("conflict").replaceChildren();
    for (const field of this.fields) field.mark("");
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
    const made = isNew
      ? await call("POST", this.address, { json: values })
      : await call("PUT", `${this.address}${this.editedId}`, { json: values, headers: { "If-Match": this.tag } });
    message("success", text("action", isNew ? "created" : "saved", { id: (await jsonOf(made)).id }));
    await this.reset();
    await this.changed();
    this.focus();
  }

  /** @param {ProblemError} error */
  async showFailure(error) {
    if (error.status === 412) return this.showConflict();
    const own = this.fields.flatMap((field) => error.errors.filter(({ pointer }) => pointer.slice(1) === field.name).map((one) => /** @type {const} */ ([field, one])));
    for (const [field, one] of own) field.mark(reason(one));
    if (own.length) this.focus(own[0][0]);
    else message("danger", error.message);
  }

  /** Somebody else's row is shown beside the form; which one stays is the reader's choice. */
  async showConflict() {
    let found;
    try {
      found = await call("GET", `${this.address}${this.editedId}`);
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
      return;
    }
    const theirs = await jsonOf(found);
    const tag = found.headers.get("ETag") ?? "";
    const facts = this.about.columns.map((column) => element("div", {}, `${column.label}: ${shown(column, theirs)}`));
    const keep = () => {
      this.tag = tag;
      for (const field of this.fields) field.compareWith(theirs[field.name]);
      return this.save();
    };
    const buttons = [["take_theirs", () => this.show(theirs, tag)], ["keep_mine", keep]].map(([name, run]) =>
      element("button", { type: "button", class: "btn btn-sm btn-outline-secondary me-2 mt-2", onclick: run }, text("action", String(name))),
    );
    const attributes = { class: "alert alert-warning mt-3 mb-0", role: "alert", tabindex: "-1" };
    const box = element("div", attributes, text("action", "changed_meanwhile"), ...facts, ...buttons);
    byId("conflict").replaceChildren(box);
    box.focus(); // no button: whoever pressed Enter twice has chosen nothing yet
    await this.changed();
  }
}
