/** `/imports`: a file or a text is checked first, then tried where that can be, then sent. */

import { apiAddress, pageAddress } from "./addresses.js";
import { chosen, chosenEncoding, chosenReading, file, isAnythingChosen, takeDropped } from "./chosen_source.js";
import { byId } from "./dom.js";
import { explain } from "./import_errors.js";
import { keyFor, renewKey } from "./import_key.js";
import { MEDIA, recordOf } from "./media.js";
import { clearMessage } from "./messages.js";
import { chosenOperation, listenToOperation, rightOf, titleOf } from "./operation_choice.js";
import { showPreview } from "./preview.js";
import { percent, text } from "./text.js";
import { hideTrial, showTrial } from "./trial.js";
import { upload } from "./upload.js";

/** @typedef {import("./content.js").Content} Content */
/** @typedef {import("./preview.js").Found} Found */

const form = byId("new-import");
let checked = /** @type {{content: Content, found: Found, reading: Record<string, string>} | null} */ (null);
let checking = new AbortController();

/** @param {string} id of a line of state @param {string} key @returns {(part: number) => void} */
const progress = (id, key) => (part) => {
  byId(id).textContent = part < 1 ? text("action", key, { percent: percent(part) }) : text("action", "being_read");
};

/** Anything else that is chosen makes another import of it. */
function forget() {
  checking.abort();
  checked = null;
  renewKey();
  hideTrial();
  byId("preview").hidden = true;
  byId("check-state").textContent = byId("send-state").textContent = "";
}

async function check() {
  forget();
  clearMessage();
  checking = new AbortController();
  const { signal } = checking;
  let content = null;
  try {
    content = await chosen(Number(form.dataset.maxBytes));
    if (!content || signal.aborted) return;
    const wanted = content.media?.reader.operation ?? chosenOperation();
    const reading = await chosenReading(content);
    const query = `?${new URLSearchParams({ ...(wanted ? { operation: wanted } : {}), ...reading })}`;
    const options = { ...content, progress: progress("check-state", "checking"), signal };
    const found = await upload(apiAddress(`importer/preview${query}`), options);
    checked = { content, found, reading };
    showPreview(found, content, titleOf(found.operation));
    showButtons(false);
    byId("check-state").textContent = text("action", "checked");
  } catch (error) {
    if (!signal.aborted) byId("check-state").textContent = "";
    await explain(error, content?.blob);
  }
}

/** @returns {boolean} whether what was checked loads the register */
const loads = () => Boolean(checked?.found.operation.startsWith("load_"));

/** @param {boolean} isTried The step that is meant to come next stands out. */
function showButtons(isTried) {
  const isLoad = loads();
  byId("load-options").hidden = byId("try").hidden = !isLoad;
  const right = rightOf(checked?.found.operation ?? "");
  byId("send").dataset.right = right;
  for (const one of document.querySelectorAll("[data-needs]")) one.hidden = one.dataset.needs !== right;
  byId("try").className = `btn ${isTried ? "btn-outline-primary" : "btn-primary"}`;
  byId("try").textContent = text("action", isTried ? "try_again" : "try");
  byId("send").className = `btn ${isLoad && !isTried ? "btn-outline-primary" : "btn-primary"}`;
  byId("send").textContent = text("action", isLoad ? "load" : "send");
}

/** @param {boolean} isDry @returns {Record<string, string>} */
function options(isDry) {
  if (!loads()) return {};
  const policy = /** @type {HTMLInputElement} */ (document.querySelector("[name=on_conflict]:checked")).value;
  return { on_conflict: policy, dry_run: String(isDry) };
}

/** Media goes first; the batch then names it as the importer does. @param {Content} content @returns {Promise<Content>} */
async function delivered(content) {
  if (!content.media) return content;
  const { file: sent, reader } = content.media;
  const type = sent.type || "application/octet-stream";
  const stored = await upload(MEDIA, { body: sent, type, progress: progress("send-state", "sending") });
  return { ...content, body: recordOf(reader, content.name, stored.name) };
}

/** @param {{content: Content, found: Found, reading: Record<string, string>}} what @param {boolean} isDry @returns {Promise<any>} the batch */
async function post({ content, found, reading }, isDry) {
  const own = options(isDry);
  const source = byId("source").value.trim();
  const query = new URLSearchParams({ operation: found.operation, ...(source ? { source } : {}), ...own, ...reading });
  const headers = { "Idempotency-Key": keyFor(found.operation, ...Object.values({ ...own, ...chosenEncoding() })) };
  const whole = await delivered(content);
  return upload(apiAddress(`importer/batches?${query}`), { ...whole, headers, progress: progress("send-state", "sending") });
}

/** @param {boolean} isBusy */
function setBusy(isBusy) {
  for (const id of ["try", "send"]) byId(id).disabled = isBusy;
}

/** @param {boolean} isDry */
async function send(isDry) {
  if (!checked) return;
  const what = checked;
  clearMessage();
  setBusy(true);
  try {
    const batch = await post(what, isDry);
    if (checked !== what) return;
    if (!isDry) location.assign(pageAddress(`imports/${batch.id}${batch.created ? "" : "#known"}`));
    else showTrial(batch, () => tried());
  } catch (error) {
    await explain(error, what.content.blob);
    setBusy(false);
  } finally {
    byId("send-state").textContent = "";
  }
}

/** The register may be another one by the next click, so that is another batch. */
function tried() {
  renewKey();
  setBusy(false);
  showButtons(true);
}

function changePolicy() {
  hideTrial();
  setBusy(false);
  showButtons(false);
}

/** @param {DragEvent} event */
function drop(event) {
  event.preventDefault();
  byId("drop").classList.remove("over");
  if (takeDropped(event)) check();
}

for (const name of ["dragover", "dragleave"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    byId("drop").classList.toggle("over", name === "dragover");
  });
}
form.addEventListener("drop", drop);
file.addEventListener("change", check);
byId("pasted").addEventListener("input", forget);
byId("source").addEventListener("input", () => {
  renewKey();
  hideTrial();
});
byId("encoding").addEventListener("change", () => {
  forget();
  if (file.files?.length) check();
});
listenToOperation(() => {
  forget();
  if (isAnythingChosen()) check();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
byId("load-options").addEventListener("change", changePolicy);
byId("try").addEventListener("click", () => send(true));
byId("send").addEventListener("click", () => send(false));
window.addEventListener("pageshow", () => setBusy(false));
