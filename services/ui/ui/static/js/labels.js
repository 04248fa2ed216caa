/** The heads of the page's table, which the server wrote in the page's language. @returns {string[]} */
export const labels = () => [...document.querySelectorAll("thead th")].map((head) => head.textContent?.trim() ?? "");
