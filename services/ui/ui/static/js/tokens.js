/** The own API tokens: made, shown once, and revoked. */

import { apiAddress } from "./addresses.js";
import { call } from "./api.js";
import { listenToCopy, showOnce, time } from "./asked.js";
import { byId } from "./dom.js";
import { onSubmit } from "./entry_form.js";
import { rightsUpTo } from "./rights.js";
import { text } from "./text.js";
import { TokenTable, beginning, named, words } from "./token_table.js";

const TOKENS = apiAddress("identity/tokens");

/** @typedef {import("./token_table.js").AnyToken & {scopes: string[], networks: string[], last_used_at: string | null}} Token */

/** @param {Token} token */
const cells = (token) => [
  named(token.name, token.networks),
  beginning("sr1", token),
  text("role", token.scopes.at(-1) ?? ""),
  time(token.expires_at),
  time(token.last_used_at, text("account", "token_never_used")),
];

export function startTokens() {
  const form = /** @type {HTMLFormElement} */ (byId("make-token"));
  const table = new TokenTable("tokens", TOKENS, "revoke", cells);
  listenToCopy("made-token");
  const names = { name: "token_name", scopes: "scope" };
  onSubmit(
    form,
    async ({ token_name: name, scope, days, networks }) => {
      const wanted = { name, scopes: rightsUpTo(scope), days: Number(days), networks: words(networks) };
      const made = await (await call("POST", TOKENS, { json: wanted })).json();
      form.reset();
      await table.load();
      showOnce("made-token", made.secret);
    },
    names,
  );
  table.load();
}
