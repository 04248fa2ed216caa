/** `/groups`. */

import { apiAddress } from "./addresses.js";
import { getJson } from "./api.js";
import { element } from "./dom.js";
import { labels } from "./labels.js";
import { ResourcePage } from "./resource.js";
import { number, text } from "./text.js";

const MOST_NAMED = 10;

/** @param {Record<string, any>} group @returns {Promise<Node>} which types use it */
async function typesOf(group) {
  const all = await getJson(apiAddress("types/"));
  const users = all.items.filter((/** @type {any} */ type) => type.group_id === group.id);
  const named = users.slice(0, MOST_NAMED).map((/** @type {any} */ type) => element("li", {}, `${type.id}: ${type.file_name ?? "—"}`));
  if (users.length > MOST_NAMED) named.push(element("li", {}, "…"));
  const words = text("action", "in_the_way", { id: group.id, count: number(users.length) });
  return element("div", {}, words, element("ul", { class: "mb-0" }, ...named));
}

const [id, name, comment] = labels();
new ResourcePage({
  address: apiAddress("groups/"),
  fields: ["id", "name", "comment"],
  integers: ["id"],
  columns: [
    { name: "id", label: id, cell: (row) => String(row.id) },
    { name: "name", label: name, cell: (row) => row.name ?? "—" },
    { name: "comment", label: comment, cell: (row) => row.comment ?? "—" },
  ],
  title: (row) => row.name ?? String(row.id),
  dependents: typesOf,
}).start();
