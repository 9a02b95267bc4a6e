const choices = document.getElementById("themes");
const chosen = localStorage.getItem("theme") ?? "auto";

choices.hidden = false;
choices.querySelector(`[value="${chosen}"]`)?.click();
choices.addEventListener("change", ({ target }) => {
  const root = document.documentElement;
  if (target.value === "auto") {
    localStorage.removeItem("theme");
    delete root.dataset.theme;
  } else {
    localStorage.setItem("theme", target.value);
    root.dataset.theme = target.value;
  }
  document.dispatchEvent(new Event("theme-changed"));
});
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new Event("theme-changed"));
});
