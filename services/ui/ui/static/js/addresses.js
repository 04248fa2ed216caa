/** Addresses of this site, below the prefix under which a proxy may serve it; no other script writes one out. */

const PREFIX = document.body.dataset.prefix ?? "";

/** @param {string} path below `/api/` @returns {string} */
export const apiAddress = (path) => `${PREFIX}/api/${path}`;

/** @param {string} path such as `imports` @returns {string} */
export const pageAddress = (path) => `${PREFIX}/${path}`;
