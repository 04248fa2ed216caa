/** `/users`, for administrators: users are made, changed and kept out; their passwords are nobody else's business. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call, getJson } from "./api.js";
import { asked, bodyOf, button, headsOf, listenToCopy, showOnce, time } from "./asked.js";
import { byId, element } from "./dom.js";
import { onSubmit } from "./entry_form.js";
import { message } from "./messages.js";
import { ROLES } from "./rights.js";
import { rowOf } from "./rows_table.js";
import { localTimes, number, text } from "./text.js";

const USERS = apiAddress("identity/users");
const PAGE_ROWS = 100;
const me = byId("users").dataset.me;
let following = /** @type {string | null} */ (null);

/** @typedef {{id: string, name: string, full_name: string | null, role: string, is_disabled: boolean, has_password: boolean, is_from_provider: boolean, signed_in_at: string | null}} User */

/** @param {User} user @param {() => Promise<unknown>} run */
async function attempt(user, run) {
  try {
    await run();
    message("success", text("account", "user_changed", { name: user.name }));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
  await load();
}

/** @param {User} user @param {Record<string, unknown>} json */
const change = (user, json) => attempt(user, () => call("PUT", `${USERS}/${user.id}`, { json }));

/** @param {{user: User, link: string, hours: number}} made */
function showLink({ user, link, hours }) {
  const about = text("account", "link_for", { name: user.name, hours: number(hours) });
  showOnce("made-link", `${location.origin}${pageAddress(`choose-password#${link}`)}`, about);
}

/** @param {User} user */
async function makeLink(user) {
  if (!(await asked("link", { name: user.name }))) return;
  try {
    showLink(await (await call("POST", `${USERS}/${user.id}/link`)).json());
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
}

/** @param {User} user */
async function toggle(user) {
  if (!user.is_disabled && !(await asked("disable", { name: user.name }))) return;
  await change(user, { is_disabled: !user.is_disabled });
  byId("users-title").focus();
}

/** @param {User} user @returns {Node | string} nobody changes the own role */
function roleCell(user) {
  if (user.id === me) return text("role", user.role);
  const options = ROLES.map((role) => element("option", { value: role, ...(role === user.role ? { selected: "" } : {}) }, text("role", role)));
  const label = text("account", "user_role_of", { name: user.name });
  const select = element("select", { class: "form-select form-select-sm", "aria-label": label }, ...options);
  select.addEventListener("change", () => change(user, { role: select.value }));
  return select;
}

/** @param {User} user @returns {Node} */
function stateCell(user) {
  if (user.is_disabled) return element("span", { class: "badge state-down" }, text("account", "user_disabled"));
  if (user.is_from_provider) return element("span", { class: "badge state-done" }, text("account", "user_from_provider"));
  if (!user.has_password) return element("span", { class: "badge state-waiting_for_worker" }, text("account", "user_no_password"));
  return element("span", { class: "badge state-done" }, text("account", "user_active"));
}

/** @param {User} user @returns {Node} */
function actions(user) {
  if (user.id === me) return element("span", { class: "badge state-queued" }, text("account", "user_you"));
  const named = (/** @type {string} */ key) => `${text("account", key)}: ${user.name}`;
  const other = user.is_disabled ? "user_enable" : "user_disable";
  return element(
    "span",
    { class: "in-row" },
    ...(user.is_from_provider ? [] : [button(text("account", "user_link"), named("user_link"), () => makeLink(user))]),
    button(text("account", "user_end_sessions"), named("user_end_sessions"), () => attempt(user, () => call("DELETE", `${USERS}/${user.id}/sessions`))),
    button(text("account", other), named(other), () => toggle(user), user.is_disabled ? "secondary" : "danger"),
  );
}

/** @param {User} user */
function line(user) {
  const full = user.full_name ? [element("small", { class: "d-block" }, user.full_name)] : [];
  const name = element("span", {}, element("strong", {}, user.name), ...full);
  return rowOf(headsOf("users"), [name, roleCell(user), stateCell(user), time(user.signed_in_at), actions(user)]);
}

/** @param {string} [after] the name behind which the next page begins */
async function load(after) {
  try {
    const query = new URLSearchParams({ limit: String(PAGE_ROWS), ...(after ? { after } : {}) });
    const page = await getJson(`${USERS}?${query}`);
    if (!after) bodyOf("users").replaceChildren();
    bodyOf("users").append(...page.items.map(line));
    following = page.next;
    byId("more-users").hidden = !following;
    byId("total").textContent = number(page.total);
    localTimes(byId("users"));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
}

const form = /** @type {HTMLFormElement} */ (byId("make-user"));
onSubmit(form, async ({ name, full_name: fullName, role }) => {
  const made = await (await call("POST", USERS, { json: { name, role, ...(fullName ? { full_name: fullName } : {}) } })).json();
  form.reset();
  await load();
  showLink(made);
});
listenToCopy("made-link");
byId("more-users").addEventListener("click", () => load(following ?? undefined));
load();
