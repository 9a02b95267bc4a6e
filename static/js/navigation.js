// Links swap only the page, so that music and uploads go on while a person moves about.
import { cause, sentence } from "./causes.js";

const trouble = document.getElementById("trouble");
let focused = ""; // id of what had the focus before the page was swapped

function markCurrentPage() {
  for (const link of document.querySelectorAll(".pages a, .places a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  showSearch();
}

// The bar stays while pages change below it: it shows what this one was searched for, and searches
// within what the list has been narrowed to.
function showSearch() {
  const field = document.getElementById("search");
  if (!field) return;
  const isList = location.pathname === new URL(field.form.action).pathname;
  const params = new URLSearchParams(isList ? location.search : "");
  field.value = params.get("q") ?? "";
  for (const old of field.form.querySelectorAll("input[type=hidden]")) old.remove();
  for (const [name, value] of params) {
    if (name !== "q" && name !== "page") field.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.boosted) return;
  // An error page of our own is shown; a proxy's would leave nothing of this one.
  if (detail.isError && !detail.xhr.responseText.includes('id="page"')) return;
  focused = document.activeElement.id;
  detail.shouldSwap = true;
  detail.isError = false;
  detail.target = document.getElementById("page");
  detail.selectOverride = "#page";
  detail.swapOverride = "outerHTML show:window:top";
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  trouble.hidden = true;
  if (!detail.boosted) return;
  markCurrentPage();
  // One in which several things are chosen, one after the other, stays.
  closeMenus(document.querySelector("details.menu[open].list-look"));
  // A swap leaves the focus on nothing; a form that filters in place keeps it, also in what a
  // script has unfolded only now.
  for (const id of [focused, "page"]) {
    if (document.activeElement === document.body) document.getElementById(id)?.focus({ preventScroll: true });
  }
});

// What the page asks by itself, it asks again by itself.
const asksAgain = ({ boosted, requestConfig }) => !boosted && requestConfig.verb === "get";

for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(event, ({ detail }) => {
    if (detail.elt.closest(".verdicts")) return; // they say it themselves, beside the tag
    const why = cause(detail.xhr.status);
    trouble.textContent = sentence(why === "away" && asksAgain(detail) ? "awaited" : why);
    trouble.hidden = false;
  });
}

window.addEventListener("popstate", markCurrentPage);
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(null);
});
showSearch();
