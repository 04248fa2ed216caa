/**
 * The Idempotency-Key of what this page sends: sent twice, by impatience or after going back, it is one batch.
 * It is kept with the tab, and is another one as soon as something else is chosen.
 */

const NAME = "import-key";

export function renewKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem(NAME, key);
  return key;
}

/** @param {...string} options what else makes two posts different: words of the API @returns {string} */
export function keyFor(...options) {
  return [sessionStorage.getItem(NAME) ?? renewKey(), ...options].join(".");
}
