/** Roles, the lowest first: each has the rights of those before it. */

export const ROLES = ["reader", "operator", "editor", "admin"];

/** @param {string} role @returns {string[]} */
export const rightsUpTo = (role) => ROLES.slice(0, ROLES.indexOf(role) + 1);
