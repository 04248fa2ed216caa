/** Who is not signed in (any more) is led to the page for that, and comes back to where he was. */

import { pageAddress } from "./addresses.js";

/** @param {string} code of a problem */
export function leadToSignIn(code) {
  if (code !== "sign_in_needed") return;
  const here = location.pathname.slice(pageAddress("").length - 1) + location.search;
  location.assign(pageAddress(`sign-in?back=${encodeURIComponent(here).replaceAll("%2F", "/")}`));
}
