/** Messages lie over the page and move nothing of it: two clicks on one place hit one thing. */

import { byId, element } from "./dom.js";
import { text } from "./text.js";

const SHOWN_MS = 10_000; // of what needs no answer; trouble stays until it is closed or something else is done

export const clearMessage = () => byId("messages").replaceChildren();

/** @param {HTMLElement} box not while somebody is at its button */
function removeLater(box) {
  setTimeout(() => (box.matches(":hover, :focus-within") ? removeLater(box) : box.remove()), SHOWN_MS);
}

/** @param {"success" | "info" | "warning" | "danger"} kind of Bootstrap's alerts @param {...(Node | string)} children */
export function message(kind, ...children) {
  const isTrouble = kind === "danger" || kind === "warning";
  const label = text("action", "close");
  const close = element("button", { type: "button", class: "btn-close", title: label, "aria-label": label, onclick: clearMessage });
  const attributes = { class: `alert alert-${kind}${isTrouble ? "" : " passing"}`, ...(isTrouble ? { role: "alert" } : {}) };
  const box = element("div", attributes, element("div", {}, ...children), close);
  byId("messages").replaceChildren(box);
  if (!isTrouble) removeLater(box);
}
