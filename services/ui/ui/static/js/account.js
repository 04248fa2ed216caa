/** `/account`: the own password, sessions and tokens. */

import { apiAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { onSubmit } from "./entry_form.js";
import { message } from "./messages.js";
import { loadSessions } from "./sessions.js";
import { text } from "./text.js";
import { startTokens } from "./tokens.js";

/** @param {HTMLFormElement} form */
const listen = (form) =>
  onSubmit(form, async ({ old_password: old, password }) => {
    await call("PUT", apiAddress("identity/password"), { json: { old_password: old, password } });
    form.reset();
    message("success", text("account", "password_changed"));
    await loadSessions();
  });

const form = /** @type {HTMLFormElement | null} */ (byId("change-password"));
if (form) listen(form); // who comes from a provider has his password there
loadSessions();
startTokens();
