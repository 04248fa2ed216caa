/** `/set-up` and `/choose-password`: the secret of the link stands behind the #, so it reaches no log. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { onSubmit } from "./entry_form.js";

const form = /** @type {HTMLFormElement} */ (byId("by-link"));
const link = location.hash.slice(1);

/** @param {string} [words] those of the page, where none are given */
function refuse(words) {
  if (words) byId("no-link").textContent = words;
  byId("no-link").hidden = false;
}

/** Whose password it is, for him and for his password manager; the first administrator chooses a name. */
async function showForm() {
  const name = /** @type {HTMLInputElement | null} */ (byId("user-name"));
  try {
    if (name) name.value = (await (await call("POST", apiAddress("identity/password/link/user"), { json: { link } })).json()).name;
  } catch (error) {
    const { status, message } = /** @type {import("./api.js").ProblemError} */ (error);
    if (status >= 400 && status < 500) return refuse(message); // before anybody makes up a password for nothing
    byId("user").hidden = true; // the link may be good all the same
  }
  form.hidden = false;
}

history.replaceState(null, "", location.pathname); // nor does it stay in the history
if (link) showForm();
else refuse();
onSubmit(form, async ({ again: _again, full_name: fullName, ...values }) => {
  const more = fullName ? { full_name: fullName } : {};
  await call("POST", apiAddress(form.dataset.call ?? ""), { json: { link, ...values, ...more } });
  location.assign(pageAddress(""));
});
