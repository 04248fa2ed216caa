/** `/device`: somebody who has signed in lets a program in, which waits with a code. */

import { apiAddress } from "./addresses.js";
import { call, getJson } from "./api.js";
import { byId, element } from "./dom.js";
import { markWrong, onSubmit } from "./entry_form.js";
import { message } from "./messages.js";
import { rightsUpTo } from "./rights.js";
import { localTimes, text } from "./text.js";

const finding = /** @type {HTMLFormElement} */ (byId("find-device"));
const deciding = /** @type {HTMLFormElement} */ (byId("decide-device"));
let address = "";

/** @param {{client: string, address: string, created_at: string, user_code: string}} device */
function show(device) {
  byId("device-client").textContent = device.client;
  byId("device-address").textContent = device.address || "—";
  byId("device-time").replaceChildren(element("time", { datetime: device.created_at }));
  byId("device-code").textContent = device.user_code;
  localTimes(deciding);
  finding.hidden = true;
  deciding.hidden = false;
  byId("device-title").focus();
}

/** @param {Record<string, unknown>} json @param {string} said */
async function decide(json, said) {
  await call("POST", address, { json });
  deciding.hidden = true;
  byId("device-done").hidden = false;
  byId("device-done").textContent = text("account", said);
  byId("device-done").focus();
}

onSubmit(finding, async ({ code }) => {
  address = apiAddress(`identity/device/${code.replace(/[^A-Za-z]/g, "") || "-"}`);
  try {
    show(await getJson(address));
  } catch (error) {
    if (/** @type {import("./api.js").ProblemError} */ (error).code !== "not_found") throw error;
    markWrong(finding, { code: text("account", "device_unknown") });
  }
});
onSubmit(deciding, ({ scope }) => decide({ is_allowed: true, scopes: rightsUpTo(scope) }, "device_allowed"));
byId("refuse").addEventListener("click", async () => {
  try {
    await decide({ is_allowed: false }, "device_refused");
  } catch (error) {
    message("danger", /** @type {Error} */ (error).message);
  }
});
const given = new URLSearchParams(location.search).get("code");
if (given) {
  byId("field-code").value = given;
  finding.requestSubmit();
} else byId("field-code").focus();
