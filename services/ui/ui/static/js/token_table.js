/** A table of tokens, each of which can be revoked; for API tokens and for those of hosts with workers. */

import { call, getJson } from "./api.js";
import { asked, bodyOf, button, headsOf } from "./asked.js";
import { byId, element } from "./dom.js";
import { message } from "./messages.js";
import { rowOf } from "./rows_table.js";
import { localTimes, text } from "./text.js";

/** @typedef {{id: string, name: string, key: string, created_at: string, expires_at: string | null, revoked_at: string | null}} AnyToken */

/** @param {AnyToken} token @returns {[string, string]} a colour and a word */
function stateOf(token) {
  if (token.revoked_at) return ["cancelled", "token_taken_back"];
  return token.expires_at && new Date(token.expires_at) < new Date() ? ["cancelled", "token_over"] : ["done", "token_live"];
}

/** @template {AnyToken} T */
export class TokenTable {
  /**
   * Beside the table there are `no-<id>`, for when it is empty, `<id>-title`, and `made-<id without its s>`.
   * @param {string} id @param {string} address of the list @param {string} action that is asked about before it is done
   * @param {(token: T) => (Node | string)[]} cells those before state and button
   */
  constructor(id, address, action, cells) {
    this.id = id;
    this.address = address;
    this.action = action;
    this.cells = cells;
  }

  /** @param {T} token */
  async revoke(token) {
    if (!(await asked(this.action, { name: token.name }))) return;
    try {
      await call("DELETE", `${this.address}/${token.id}`);
      this.hideShown(token);
      message("success", text("account", "token_revoked_now", { name: token.name }));
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
    }
    await this.load();
    byId(`${this.id}-title`).focus();
  }

  /** A new one that is still shown: nobody copies what opens nothing. @param {T} token */
  hideShown(token) {
    const id = `made-${this.id.slice(0, -1)}`;
    if (byId(`${id}-value`).value.includes(`_${token.key}_`)) byId(id).hidden = true;
  }

  /** @param {T} token */
  line(token) {
    const [colour, word] = stateOf(token);
    const state = element("span", { class: `badge state-${colour}` }, text("account", word));
    const label = `${text("account", "revoke")}: ${token.name}`;
    const last = word === "token_live" ? button(text("account", "revoke"), label, () => this.revoke(token), "danger") : "";
    return rowOf(headsOf(this.id), [...this.cells(token), state, last]);
  }

  async load() {
    try {
      const { items } = await getJson(this.address);
      bodyOf(this.id).replaceChildren(...items.map((/** @type {T} */ token) => this.line(token)));
      byId(this.id).hidden = !items.length;
      byId(`no-${this.id}`).hidden = Boolean(items.length);
      localTimes(byId(this.id));
    } catch (error) {
      message("danger", /** @type {Error} */ (error).message);
    }
  }
}

/** @param {string} written words with commas between them @returns {string[]} */
export const words = (written) => written.split(",").map((one) => one.trim()).filter(Boolean);

/** What stands below a name. @param {string} name @param {string[]} more @returns {Node} */
export const named = (name, more) => element("span", {}, name, ...(more.length ? [element("small", { class: "d-block" }, more.join(", "))] : []));

/** @param {string} prefix @param {AnyToken} token @returns {Node} */
export const beginning = (prefix, token) => element("code", {}, `${prefix}_${token.key}_…`);
