/** Deletes a row after a question, and says which rows stand in the way. */

import { apiAddress } from "./addresses.js";
import { call, getJson, jsonOf } from "./api.js";
import { titleOf } from "./cells.js";
import { byId, confirmed, element } from "./dom.js";
import { clearMessage, message } from "./messages.js";
import { number, text } from "./text.js";

const MOST_NAMED = 10;

/** @typedef {import("./resource.js").Resource} Resource */
/** @typedef {import("./resource.js").Dependent} Dependent */
/** @typedef {import("./resource.js").Row} Row */
/** @typedef {import("./api.js").ProblemError} ProblemError */

export class Deletion {
  /** @param {Resource} about @param {string} address of its rows */
  constructor(about, address) {
    this.about = about;
    this.address = address;
  }

  /** The row as it is now is confirmed, and only that is deleted. @param {Row} row @returns {Promise<boolean>} whether it is gone */
  async remove(row) {
    clearMessage();
    try {
      const found = await call("GET", `${this.address}${row.id}`);
      const now = await jsonOf(found);
      byId("confirm-text").textContent = text("action", "confirm_delete", { id: now.id, name: titleOf(this.about, now) });
      if (!(await confirmed())) return false;
      const tag = found.headers.get("ETag") ?? "*";
      await call("DELETE", `${this.address}${row.id}`, { headers: { "If-Match": tag } });
      message("success", text("action", "deleted", { id: row.id }));
      return true;
    } catch (error) {
      await this.explain(/** @type {ProblemError} */ (error), row);
      return false;
    }
  }

  /** @param {ProblemError} error @param {Row} row */
  async explain(error, row) {
    const isInUse = error.code === "in_use" && this.about.dependents.length > 0;
    message("danger", ...(isInUse ? await this.inTheWay(row) : [error.message]));
  }

  /** @param {Row} row @returns {Promise<(Node | string)[]>} */
  async inTheWay(row) {
    const users = await Promise.all(this.about.dependents.map((one) => usersOf(one, row)));
    return [text("action", "in_the_way", { one: this.about.one, id: row.id }), ...users.flat()];
  }
}

/** @param {Dependent} dependent @param {Row} row @returns {Promise<Node[]>} which rows of the other resource point to this one */
async function usersOf(dependent, row) {
  const all = await getJson(apiAddress(`${dependent.name}/`));
  const users = all.items.filter((/** @type {Row} */ one) => dependent.fields.some((name) => one[name] === row.id));
  if (!users.length) return [];
  const named = users.slice(0, MOST_NAMED).map((/** @type {Row} */ one) => element("li", {}, `${one.id}: ${one[dependent.shown] ?? "—"}`));
  if (users.length > MOST_NAMED) named.push(element("li", {}, "…"));
  const words = text("action", "users", { many: dependent.label, count: number(users.length) });
  return [element("div", {}, words), element("ul", { class: "mb-0" }, ...named)];
}
