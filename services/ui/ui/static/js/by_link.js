/** `/set-up` and `/choose-password`: the secret of the link stands behind the #, so it reaches no log. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { onSubmit } from "./entry_form.js";

const form = /** @type {HTMLFormElement} */ (byId("by-link"));
const link = location.hash.slice(1);

history.replaceState(null, "", location.pathname); // nor does it stay in the history
byId("no-link").hidden = Boolean(link);
form.hidden = !link;
onSubmit(form, async ({ again: _again, full_name: fullName, ...values }) => {
  const more = fullName ? { full_name: fullName } : {};
  await call("POST", apiAddress(form.dataset.call ?? ""), { json: { link, ...values, ...more } });
  location.assign(pageAddress(""));
});
