/** `/types`: as groups, with a choice of groups. */

import { apiAddress } from "./addresses.js";
import { getJson } from "./api.js";
import { byId, element } from "./dom.js";
import { labels } from "./labels.js";
import { message } from "./messages.js";
import { ResourcePage } from "./resource.js";

const [id, fileName, group, comments] = labels();

const page = new ResourcePage({
  address: apiAddress("types/"),
  fields: ["id", "file_name", "group_id", "comments"],
  integers: ["id", "group_id"],
  kept: ["group_id"],
  columns: [
    { name: "id", label: id, cell: (row) => String(row.id) },
    { name: "file_name", label: fileName, cell: (row) => row.file_name ?? "—" },
    { name: "group_id", label: group, cell: (row) => `${row.group_id}: ${row.group_name ?? "—"}` },
    { name: "comments", label: comments, cell: (row) => row.comments ?? "—" },
  ],
  title: (row) => row.file_name ?? String(row.id),
});

/** Keeps what is chosen already. */
async function loadGroups() {
  const select = /** @type {HTMLSelectElement} */ (/** @type {any} */ (byId("field-group_id")));
  const chosen = select.value;
  try {
    const groups = await getJson(apiAddress("groups/"));
    const options = groups.items.map((/** @type {any} */ row) => element("option", { value: row.id }, `${row.id}: ${row.name ?? "—"}`));
    select.replaceChildren(select.options[0], ...options);
    select.value = chosen;
  } catch (error) {
    message("warning", /** @type {Error} */ (error).message);
  }
}

byId("refresh").addEventListener("click", loadGroups);
loadGroups().then(() => page.start());
