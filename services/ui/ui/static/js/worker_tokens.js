/** On `/workers`, for administrators: the token of each host with workers, made, shown once, and revoked. */

import { apiAddress } from "./addresses.js";
import { call } from "./api.js";
import { listenToCopy, showOnce, time } from "./asked.js";
import { byId, element } from "./dom.js";
import { onSubmit } from "./entry_form.js";
import { text } from "./text.js";
import { TokenTable, beginning, named, words } from "./token_table.js";

const TOKENS = apiAddress("importer/worker-tokens");

/** @typedef {import("./token_table.js").AnyToken & {queues: string[], created_by: string, last_seen: string | null, worker: string | null, contract: number | null}} WorkerToken */

/** @param {WorkerToken} token @returns {Node | string} when, and with which worker */
function lastSeen(token) {
  if (!token.last_seen) return text("account", "token_never_used");
  const about = text("account", "seen_with", { worker: token.worker ?? "", contract: String(token.contract ?? "?") });
  return element("span", {}, time(token.last_seen), element("small", { class: "d-block" }, about));
}

/** @param {WorkerToken} token */
const cells = (token) => [
  named(token.name, [text("account", "made_by", { name: token.created_by })]),
  beginning("srw1", token),
  token.queues.join(", ") || text("account", "all_queues"),
  time(token.expires_at, text("account", "no_end")),
  lastSeen(token),
];

const form = /** @type {HTMLFormElement} */ (byId("make-worker-token"));
const table = new TokenTable("worker-tokens", TOKENS, "revoke_worker", cells);
listenToCopy("made-worker-token");
onSubmit(
  form,
  async ({ host_name: name, queues, days }) => {
    const wanted = { name, queues: words(queues), ...(days ? { days: Number(days) } : {}) };
    const made = await (await call("POST", TOKENS, { json: wanted })).json();
    form.reset();
    await table.load();
    showOnce("made-worker-token", made.secret, text("account", "worker_token_made", { name }));
  },
  { name: "host_name" },
);
table.load();
