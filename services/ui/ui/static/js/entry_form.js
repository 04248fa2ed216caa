/** Forms whose call names the fields that are wrong. */

import { byId, element } from "./dom.js";
import { clearMessage } from "./messages.js";
import { reason } from "./reasons.js";
import { text } from "./text.js";

/** @typedef {HTMLInputElement | HTMLSelectElement} Entry */
/** @typedef {import("./api.js").ProblemError} ProblemError */

/** @param {HTMLFormElement} form @returns {Entry[]} those that have a place for what is wrong with them */
const entries = (form) => /** @type {any} */ ([...form.elements]).filter((/** @type {any} */ one) => one.name);

/** @param {Entry} entry @param {string} words nothing means that it is right */
function mark(entry, words) {
  entry.classList.toggle("is-invalid", Boolean(words));
  entry.setAttribute("aria-invalid", String(Boolean(words)));
  byId(`error-${entry.name}`).textContent = words;
}

/** @param {HTMLFormElement} form @param {Record<string, string>} wrong sentences by the names of entries @returns {boolean} whether one is named */
export function markWrong(form, wrong) {
  const found = entries(form).filter((one) => wrong[one.name]);
  for (const one of found) mark(one, wrong[one.name]);
  found[0]?.focus();
  return found.length > 0;
}

/** @param {HTMLFormElement} form @param {ProblemError} error @param {Record<string, string>} names of entries that are called otherwise in the call */
function explain(form, error, names) {
  const wrong = (error.errors ?? []).map((one) => {
    const field = one.pointer.split("/")[1] ?? "";
    return [names[field] ?? field, reason(one)];
  });
  if (!markWrong(form, Object.fromEntries(wrong))) sayWrong(form, error.message);
}

/** Of the form as a whole: above its button, where whoever has just pressed that looks. @param {HTMLFormElement} form @param {string} words */
const sayWrong = (form, words) => form.querySelector("[type=submit]")?.before(element("p", { class: "alert alert-danger", role: "alert" }, words));

/** What a chosen role may do stands under the choice. @param {HTMLFormElement} form */
function showAbout(form) {
  for (const about of form.querySelectorAll("select:has([data-about])")) {
    const choice = /** @type {HTMLSelectElement} */ (about);
    byId(`help-${choice.name}`).textContent = choice.selectedOptions[0]?.dataset.about ?? "";
  }
}

/** @param {HTMLFormElement} form @returns {boolean} whether all that is required is there, and typed the same way twice */
function isComplete(form) {
  for (const one of entries(form)) mark(one, "");
  const empty = entries(form).filter((one) => one.required && !one.value.trim());
  if (markWrong(form, Object.fromEntries(empty.map((one) => [one.name, text("account", "needed")])))) return false;
  const [password, again] = ["password", "again"].map((name) => /** @type {any} */ (form.elements.namedItem(name)));
  return !again || again.value === password.value || !markWrong(form, { again: text("account", "passwords_differ") });
}

/**
 * @param {HTMLFormElement} form @param {(values: Record<string, string>) => Promise<void>} send
 * @param {Record<string, string>} [names]
 */
export function onSubmit(form, send, names = {}) {
  form.addEventListener("change", () => showAbout(form));
  form.addEventListener("reset", () => setTimeout(() => showAbout(form))); // after it was
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearMessage();
    form.querySelector("[role=alert]")?.remove();
    if (!isComplete(form)) return;
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
    button.disabled = true;
    try {
      await send(/** @type {any} */ (Object.fromEntries(new FormData(form))));
    } catch (error) {
      explain(form, /** @type {ProblemError} */ (error), names);
    } finally {
      button.disabled = false;
    }
  });
}
