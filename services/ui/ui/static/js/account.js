/** `/account`: own tokens, sessions and password. */

import { apiAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { clearMessage, message } from "./messages.js";
import { localTimes, text } from "./text.js";

const RIGHTS = ["reader", "operator", "editor", "admin"];

/** @param {() => Promise<void>} work whose failure is shown */
async function tried(work) {
  clearMessage();
  try {
    await work();
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
}

/** @param {HTMLFormElement} form */
async function makeToken(form) {
  const { name, right, days } = Object.fromEntries(new FormData(form));
  const scopes = RIGHTS.slice(0, RIGHTS.indexOf(String(right)) + 1);
  const made = await call("POST", apiAddress("identity/tokens"), { json: { name, scopes, days: Number(days) } });
  byId("made-secret").textContent = (await made.json()).secret;
  byId("made-token").hidden = false;
  byId("made-secret").focus();
  form.reset();
}

/** @param {HTMLFormElement} form */
async function changePassword(form) {
  const { old_password, password } = Object.fromEntries(new FormData(form));
  await call("PUT", apiAddress("identity/password"), { json: { old_password, password } });
  form.reset();
  message("success", text("action", "password_changed"));
}

/** @param {string} id @param {(form: HTMLFormElement) => Promise<void>} work */
function onSubmit(id, work) {
  const form = /** @type {HTMLFormElement | null} */ (byId(id));
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    tried(() => work(form));
  });
}

onSubmit("new-token", makeToken);
onSubmit("new-password", changePassword);
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-delete]"))) {
  button.addEventListener("click", () =>
    tried(async () => {
      await call("DELETE", apiAddress(`identity/${button.dataset.delete}`));
      location.reload();
    }),
  );
}
localTimes();
