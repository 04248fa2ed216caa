/** The way out, on every page of whoever has signed in; the provider through which he came in is left as well. */

import { apiAddress, pageAddress } from "./addresses.js";
import { call } from "./api.js";
import { byId } from "./dom.js";
import { message } from "./messages.js";

byId("sign-out").addEventListener("click", async () => {
  try {
    const { state, continue_at: further } = await (await call("DELETE", apiAddress("identity/session"))).json();
    location.assign(further ?? pageAddress(state === "signed_out_here" ? "signed-out?only=here" : "signed-out"));
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
});
