/** The own API tokens: made, shown once, and revoked. */

import { apiAddress } from "./addresses.js";
import { call, getJson } from "./api.js";
import { asked, bodyOf, button, headsOf, listenToCopy, showOnce, time } from "./asked.js";
import { byId, element } from "./dom.js";
import { onSubmit } from "./entry_form.js";
import { message } from "./messages.js";
import { rightsUpTo } from "./rights.js";
import { rowOf } from "./rows_table.js";
import { localTimes, text } from "./text.js";

const TOKENS = apiAddress("identity/tokens");

/** @typedef {{id: string, name: string, key: string, scopes: string[], networks: string[], expires_at: string, last_used_at: string | null, revoked_at: string | null}} Token */

/** @param {Token} token @returns {[string, string]} a colour and a word */
function stateOf(token) {
  if (token.revoked_at) return ["cancelled", "token_taken_back"];
  return new Date(token.expires_at) < new Date() ? ["cancelled", "token_over"] : ["done", "token_live"];
}

/** @param {Token} token */
async function revoke(token) {
  if (!(await asked("revoke", { name: token.name }))) return;
  try {
    await call("DELETE", `${TOKENS}/${token.id}`);
    message("success", text("account", "token_revoked_now", { name: token.name }));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
  await load();
  byId("tokens-title").focus();
}

/** @param {Token} token */
function line(token) {
  const [colour, word] = stateOf(token);
  const state = element("span", { class: `badge state-${colour}` }, text("account", word));
  const label = `${text("account", "revoke")}: ${token.name}`;
  const last = word === "token_live" ? button(text("account", "revoke"), label, () => revoke(token), "danger") : "";
  const name = element("span", {}, token.name, ...(token.networks.length ? [element("small", { class: "d-block" }, token.networks.join(", "))] : []));
  const key = element("code", {}, `sr1_${token.key}_…`);
  const rights = text("role", token.scopes.at(-1) ?? "");
  return rowOf(headsOf("tokens"), [name, key, rights, time(token.expires_at), time(token.last_used_at, text("account", "token_never_used")), state, last]);
}

async function load() {
  try {
    const { items } = await getJson(TOKENS);
    bodyOf("tokens").replaceChildren(...items.map(line));
    byId("tokens").hidden = !items.length;
    byId("no-tokens").hidden = Boolean(items.length);
    localTimes(byId("tokens"));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
}

export function startTokens() {
  const form = /** @type {HTMLFormElement} */ (byId("make-token"));
  listenToCopy("made-token");
  const names = { name: "token_name", scopes: "scope" };
  onSubmit(
    form,
    async ({ token_name: name, scope, days, networks }) => {
      const listed = networks.split(",").map((one) => one.trim()).filter(Boolean);
      const wanted = { name, scopes: rightsUpTo(scope), days: Number(days), networks: listed };
      const made = await (await call("POST", TOKENS, { json: wanted })).json();
      form.reset();
      await load();
      showOnce("made-token", made.secret);
    },
    names,
  );
  load();
}
