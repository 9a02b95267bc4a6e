// On a track's page: 1–9 choose a tag, a accepts it, r rejects it, u takes the word back, ? explains.
import { writes } from "./keyboard.js";
import { whenPresent } from "./ready.js";

const KEYS = 9;
const waiting = []; // keys pressed while the server is still answering an earlier one
let busy = false;
let chosen = null; // slug: a row may be drawn anew, or move to another list

const shownRows = () => [...document.querySelectorAll("#tags .tag-row")].filter((row) => row.checkVisibility());
const rowOf = (slug) => document.querySelector(`#tags .tag-row[data-slug="${slug}"]`);

function mark() {
  document.querySelectorAll("#tags .tag-row").forEach((row) => {
    delete row.dataset.key;
    row.classList.toggle("picked", row.dataset.slug === chosen);
  });
  shownRows().slice(0, KEYS).forEach((row, at) => { row.dataset.key = at + 1; });
}

function choose(row) {
  if (!row) return;
  chosen = row.dataset.slug;
  mark();
  row.querySelector(".verdict")?.focus({ focusVisible: true });
}

const judge = (answer) => chosen && rowOf(chosen)?.querySelector(`button[value="${answer}"]`)?.click();

const acts = {
  a: () => judge("accepted"),
  r: () => judge("rejected"),
  u: () => judge("withdrawn"),
  "?": () => document.getElementById("keys").showModal(),
};

const isOurs = (key) => key in acts || /^[1-9]$/.test(key);

function work() {
  while (waiting.length && !busy) {
    const key = waiting.shift();
    if (acts[key]) acts[key]();
    else choose(shownRows()[Number(key) - 1]);
  }
}

function goOn() {
  busy = false;
  work();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writes(event.target)) return;
  if (!isOurs(event.key) || !document.getElementById("tags") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  waiting.push(event.key);
  work();
});
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.closest("#tags")) busy = true;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => !detail.successful && goOn());
document.addEventListener("htmx:afterSettle", ({ target }) => target.closest("#track-tags") && goOn());
document.addEventListener("toggle", ({ target }) => target.closest?.("#tags") && mark(), true);

whenPresent("#tags", (tags) => {
  chosen = tags.dataset.judged || null;
  mark();
});
whenPresent("#show-keys", (button) => {
  button.hidden = false;
  button.addEventListener("click", acts["?"]);
});
