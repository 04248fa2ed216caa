/** The way out, on every page of whoever has signed in. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { message } from "./messages.js";

byId("sign-out").addEventListener("click", async () => {
  try {
    await call("DELETE", apiAddress("identity/session"));
    location.assign(pageAddress("sign-in?signed_out"));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
});
