// Runs before the page is painted: without a remembered choice the system's own theme holds.
(function () {
  const root = document.documentElement;
  const isRemembered = root.hasAttribute("data-bs-theme");
  const system = matchMedia("(prefers-color-scheme: dark)");

  function follow() {
    if (!isRemembered) root.dataset.bsTheme = system.matches ? "dark" : "light";
    const button = document.getElementById("theme");
    if (button) button.value = root.dataset.bsTheme === "dark" ? "light" : "dark";
  }

  follow();
  system.addEventListener("change", follow);
  document.addEventListener("DOMContentLoaded", follow);
})();
