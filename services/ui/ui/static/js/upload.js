/** A POST that tells how much of its body has gone out, which fetch cannot. */

import { ProblemError, problemOfText } from "./api.js";

/**
 * @param {string} address
 * @param {{body: Blob, type: string, headers?: Record<string, string>, progress?: (part: number) => void, signal?: AbortSignal}} options
 * @returns {Promise<any>} the answer's JSON; ProblemError, or AbortError where ``signal`` ended it
 */
export function upload(address, { body, type, headers = {}, progress = () => {}, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries({ "Content-Type": type, ...headers })) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 1));
    request.addEventListener("error", () => reject(new ProblemError(0, "network", "", [])));
    request.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(problemOfText(request.status, request.responseText));
    });
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
