/** Calls of the API; every failure is a ProblemError with a text in the page's language. */

import { sentence } from "./reasons.js";
import { leadToSignIn } from "./sign_in_needed.js";

/** @typedef {{pointer: string, code: string, detail: string}} FieldError */

export class ProblemError extends Error {
  /** @param {number} status @param {string} code @param {string} detail @param {FieldError[]} errors */
  constructor(status, code, detail, errors) {
    super(sentence(code, detail) || detail || code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
  }
}

/** @param {number} status @param {string} content of an answer that is an error @returns {ProblemError} */
export function problemOfText(status, content) {
  let body = /** @type {any} */ ({});
  try {
    body = JSON.parse(content);
  } catch {
    // Not one of ours: the status alone is known.
  }
  leadToSignIn(body.code ?? "");
  return new ProblemError(status, body.code ?? "internal_error", body.detail ?? "", body.errors ?? []);
}

/**
 * @param {string} method @param {string} address
 * @param {{json?: unknown, body?: BodyInit, headers?: Record<string, string>}} [options]
 * @returns {Promise<Response>} a good answer
 */
export async function call(method, address, { json, body, headers = {} } = {}) {
  const sent = json === undefined ? headers : { "Content-Type": "application/json", ...headers };
  const request = { method, headers: sent, body: json === undefined ? body : JSON.stringify(json) };
  let response;
  try {
    response = await fetch(address, request);
  } catch {
    throw new ProblemError(0, "network", "", []);
  }
  if (!response.ok) throw problemOfText(response.status, await response.text().catch(() => ""));
  return response;
}

/** A whole number that JavaScript cannot hold stays as it was written. @param {string} _key @param {any} value @param {{source?: string}} [context] */
const exact = (_key, value, context) => (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER && context?.source) || value;

/** @param {Response} answer @returns {Promise<any>} */
export const jsonOf = async (answer) => JSON.parse(await answer.text(), exact);

/** @param {string} address @param {Record<string, string>} [headers] @returns {Promise<any>} */
export const getJson = async (address, headers) => jsonOf(await call("GET", address, { headers }));
