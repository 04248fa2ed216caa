/** The own sessions: where one is signed in, and the way to end that. */

import { apiAddress } from "./addresses.js";
import { call, getJson } from "./api.js";
import { bodyOf, button, headsOf, time } from "./asked.js";
import { byId, element } from "./dom.js";
import { message } from "./messages.js";
import { rowOf } from "./rows_table.js";
import { localTimes, number, text } from "./text.js";

const SESSIONS = apiAddress("identity/sessions");

/** @typedef {{id: string, is_this: boolean, address: string, user_agent: string, created_at: string, used_at: string}} Session */

// The first that is found: others write these names, too.
const BROWSERS = [["Edg", "Edge"], ["OPR/", "Opera"], ["YaBrowser", "Yandex"], ["Firefox", "Firefox"], ["Chrom", "Chrome"], ["Safari", "Safari"]];
const SYSTEMS = [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Mac OS", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

/** @param {string} agent @returns {string} such as `Firefox, Windows`; as it is written where nothing is known of it */
function browserOf(agent) {
  const found = [BROWSERS, SYSTEMS].map((names) => names.find(([word]) => agent.includes(word))?.[1]);
  return found.filter(Boolean).join(", ") || agent || "—";
}

/** @param {() => Promise<string>} run gives what to say */
async function attempt(run) {
  try {
    message("success", await run());
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
  await loadSessions();
}

/** @param {Session} session */
function line(session) {
  const end = () =>
    attempt(async () => {
      await call("DELETE", `${SESSIONS}/${session.id}`);
      return text("account", "session_ended");
    });
  const browser = browserOf(session.user_agent);
  const label = `${text("account", "end_session")}: ${browser} ${session.address}`;
  const last = session.is_this
    ? element("span", { class: "badge state-done" }, text("account", "this_session"))
    : button(text("account", "end_session"), label, end);
  const shown = element("span", { title: session.user_agent }, browser);
  return rowOf(headsOf("sessions"), [shown, session.address || "—", time(session.created_at), time(session.used_at), last]);
}

export async function loadSessions() {
  try {
    const { items } = await getJson(SESSIONS);
    bodyOf("sessions").replaceChildren(...items.map(line));
    byId("end-others").disabled = items.length < 2;
    localTimes(byId("sessions"));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
}

byId("end-others").addEventListener("click", () =>
  attempt(async () => {
    const { count } = await (await call("DELETE", SESSIONS)).json();
    return text("account", "sessions_ended", { count: number(count) });
  }),
);
