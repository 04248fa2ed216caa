/** `/sign-in`: leads back to the page that was asked for. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { onSubmit } from "./entry_form.js";

const form = /** @type {HTMLFormElement} */ (byId("sign-in"));
const back = form.dataset.back ?? "/"; // the server lets through paths of this site alone

onSubmit(form, async ({ name, password }) => {
  await call("POST", apiAddress("identity/session"), { json: { name, password } });
  location.assign(pageAddress(back.slice(1)));
});
if (!byId("provider")) byId("field-name").focus(); // else the way that most people take is chosen by the first Tab
