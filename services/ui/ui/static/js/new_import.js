/** `/imports`: a file or a text is checked first, then tried where that can be, then sent. */

import { apiAddress, pageAddress } from "./addresses.js";
import { isEmpty, isReadable, prepared } from "./content.js";
import { byId, element } from "./dom.js";
import { namedColumns } from "./heads.js";
import { keyFor, renewKey } from "./import_key.js";
import { clearMessage, message } from "./messages.js";
import { showPreview } from "./preview.js";
import { more, reason } from "./reasons.js";
import { bytes, number, percent, text } from "./text.js";
import { hideTrial, showTrial } from "./trial.js";
import { upload } from "./upload.js";
import { isVideo, MEDIA, mostBytes, OPERATION, recordOf, videoContent } from "./video.js";

/** @typedef {import("./content.js").Content} Content */
/** @typedef {import("./preview.js").Found} Found */

const ROWS_SHOWN = 10;
const form = byId("new-import");
const file = /** @type {HTMLInputElement} */ (byId("file"));
const operation = /** @type {HTMLSelectElement} */ (/** @type {any} */ (byId("operation")));
const encoding = /** @type {HTMLSelectElement} */ (/** @type {any} */ (byId("encoding")));
let checked = /** @type {{content: Content, found: Found, reading: Record<string, string>} | null} */ (null);
let checking = new AbortController();

/** @param {string} name of an operation @returns {string} which people read */
const titleOf = (name) => [...operation.options].find((one) => one.value === name)?.label ?? name;

/** @param {string} name @param {string} words nothing means that the field is right */
function mark(name, words) {
  byId(name).classList.toggle("is-invalid", Boolean(words));
  byId(name).setAttribute("aria-invalid", String(Boolean(words)));
  byId(`error-${name}`).textContent = words;
}

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

/** @returns {Promise<Content | null>} null where nothing is chosen that could be sent; the field says why */
async function chosen() {
  const pasted = byId("pasted").value; // untrimmed: what ends with a tab ends with an empty cell
  const given = file.files?.[0];
  const blob = given ?? (pasted.trim() ? new Blob([pasted]) : null);
  const most = given && isVideo(given) ? await mostBytes() : Number(form.dataset.maxBytes);
  mark("source", "");
  mark("file", "");
  if (!blob) mark("file", text("action", "nothing_to_send"));
  else if (await isEmpty(blob)) mark("file", text("problem", "empty_upload"));
  else if (blob.size > most) mark("file", text("action", "file_too_large", { size: bytes(blob.size), most: bytes(most) }));
  else return given && isVideo(given) ? videoContent(given) : prepared(blob, given?.name ?? text("action", "typed"));
  file.focus();
  return null;
}

/** @param {any} error @param {Blob} [blob] that was being sent */
async function explain(error, blob) {
  if (error.name === "AbortError") return;
  const source = error.errors?.find((/** @type {any} */ one) => one.pointer === "?source");
  if (source) return mark("source", error.message);
  if (blob && !(await isReadable(blob))) return mark("file", text("action", "file_changed"));
  const own = more(error.message, error.detail);
  message("danger", error.message, ...(own ? [element("div", { class: "small" }, own)] : []), ...wrongRows(error.errors ?? []));
}

/** @param {import("./api.js").FieldError[]} errors @returns {Node[]} a list of the first that are about rows */
function wrongRows(errors) {
  const found = errors.flatMap((one) => {
    const [, index, field] = /^\/records\/(\d+)(?:\/(.+))?$/.exec(one.pointer) ?? [];
    return index ? [`${number(Number(index) + 1)}: ${reason({ ...one, field })}`] : [];
  });
  const items = found.slice(0, ROWS_SHOWN).map((words) => element("li", {}, words));
  return items.length ? [element("ul", { class: "small mb-0" }, ...items)] : [];
}

async function check() {
  forget();
  clearMessage();
  checking = new AbortController();
  const { signal } = checking;
  let content = null;
  try {
    content = await chosen();
    if (!content || signal.aborted) return;
    const wanted = content.video ? OPERATION : operation.value;
    const reading = { ...chosenEncoding(), ...(await namedColumns(content, chosenTitles(), encoding.value)) };
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

/** @returns {Record<string, string>} a video has none, and what is typed is UTF-8 */
function chosenEncoding() {
  const given = file.files?.[0];
  return given && !isVideo(given) && encoding.value ? { encoding: encoding.value } : {};
}

/** @returns {Record<string, string>} what the fields of the chosen operation are called, by their names */
const chosenTitles = () => JSON.parse(operation.selectedOptions[0].dataset.titles ?? "{}");

/** What it takes to send it. @param {string} name of an operation @returns {string} */
const rightOf = (name) => [...operation.options].find((one) => one.value === name)?.dataset.right ?? "operator";

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

/** A video goes first; the batch then names it as the importer does. @param {Content} content @returns {Promise<Content>} */
async function delivered(content) {
  if (!content.video) return content;
  const type = content.video.type || "application/octet-stream";
  const stored = await upload(MEDIA, { body: content.video, type, progress: progress("send-state", "sending") });
  return { ...content, body: recordOf(content.name, stored.name) };
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

function describeOperation() {
  const { columns } = operation.selectedOptions[0].dataset;
  byId("operation-help").textContent = columns ? text("action", "columns_of", { columns }) : "";
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
  const files = event.dataTransfer?.files ?? [];
  if (!files.length) return;
  if (files.length > 1) return mark("file", text("problem", "one_file"));
  file.files = /** @type {FileList} */ (files);
  check();
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
encoding.addEventListener("change", () => {
  forget();
  if (file.files?.length) check();
});
operation.addEventListener("change", () => {
  describeOperation();
  forget();
  if (file.files?.length || byId("pasted").value.trim()) check();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
byId("load-options").addEventListener("change", changePolicy);
byId("try").addEventListener("click", () => send(true));
byId("send").addEventListener("click", () => send(false));
window.addEventListener("pageshow", () => setBusy(false));
describeOperation();
