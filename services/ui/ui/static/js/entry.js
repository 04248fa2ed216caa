/** `/sign-in`, `/set-up` and `/password`: whoever comes in gets a cookie, which no script sees. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { clearMessage, message } from "./messages.js";

const form = /** @type {HTMLFormElement} */ (byId("entry"));
const link = location.hash.slice(1);
// The secret of a link stays out of the history; what stands behind the # is never sent to the server by itself.
if (link) history.replaceState(null, "", location.pathname);

/** @param {SubmitEvent} event */
async function enter(event) {
  event.preventDefault();
  clearMessage();
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  const json = { ...Object.fromEntries(new FormData(form)), ...("needsLink" in form.dataset ? { link } : {}) };
  button.disabled = true;
  try {
    await call("POST", apiAddress(`identity/${form.dataset.path}`), { json });
    location.assign(pageAddress(form.dataset.back ?? ""));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
    byId("password").focus();
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("submit", enter);
