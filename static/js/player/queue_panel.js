// What comes next, above the bar: listen to it, move it by drag or by arrow keys, take it out.
import { clock } from "../clock.js";
import { pause, isPaused, playAt, togglePlay } from "../player.js";
import * as queue from "./queue.js";

const MOST_SHOWN = 200;
const panel = document.getElementById("queue");
const opener = document.getElementById("player-queue");
const list = panel?.querySelector("ol");
const item = document.getElementById("queue-item")?.content.firstElementChild;

const isOpen = () => panel.matches(":popover-open");
const placeOf = (row) => Number(row.dataset.place);
const rowAt = (place) => list.querySelector(`[data-place="${place}"]`);

function draw() {
  opener.setAttribute("aria-expanded", String(isOpen()));
  if (!isOpen()) return;
  const focused = document.activeElement.closest?.("#queue [data-place]") && document.activeElement.className;
  const all = queue.entries();
  const first = Math.max(0, queue.at());
  list.replaceChildren(...all.slice(first, first + MOST_SHOWN).map((entry, at) => made(entry, first + at)));
  const rest = all.length - first - MOST_SHOWN;
  const source = all.length ? panel.querySelector("[data-more]") : null;
  panel.querySelector("[data-more]").hidden = rest <= 0;
  if (source && rest > 0) source.textContent = source.dataset.more.replace("{n}", rest);
  panel.querySelector(".queue-empty").hidden = all.length > first + 1;
  document.getElementById("queue-clear").disabled = all.length <= first + 1;
  if (focused && !panel.contains(document.activeElement)) list.querySelector("button")?.focus();
}

function made(entry, place) {
  const row = item.cloneNode(true);
  const here = place === queue.at();
  row.dataset.place = place;
  row.classList.toggle("plays", here);
  if (here) row.setAttribute("aria-current", "true");
  row.querySelector(".title").textContent = entry.title;
  row.querySelector(".artist").textContent = entry.artist;
  row.querySelector(".numbers").textContent = entry.duration ? clock(entry.duration) : "";
  for (const button of row.querySelectorAll("button")) button.setAttribute("aria-label", button.dataset.label.replace("{title}", entry.title));
  for (const name of [".grip", ".take-out"]) row.querySelector(name).hidden = here;
  return row;
}

function say(words, title, place) {
  panel.querySelector("[role=status]").textContent = words.replace("{title}", title).replace("{n}", place - queue.at());
}

function moved(from, to) {
  if (to <= queue.at() || to >= queue.entries().length) return;
  const { title } = queue.entries()[from];
  queue.move(from, to);
  say(panel.dataset.moved, title, to);
}

function remove(place) {
  const { title } = queue.entries()[place];
  queue.remove(place);
  say(panel.dataset.removed, title, place);
  (rowAt(place) ?? rowAt(place - 1))?.querySelector(".take-out:not([hidden]), .jump")?.focus();
}

function click({ target }) {
  const row = target.closest("[data-place]");
  if (!row || target.closest(".grip")) return;
  if (target.closest(".take-out")) remove(placeOf(row));
  else if (placeOf(row) === queue.at()) isPaused() ? togglePlay() : pause();
  else if (target.closest(".jump")) playAt(placeOf(row));
}

function key(event) {
  const row = event.target.closest("[data-place]");
  if (!row) return;
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step) {
    event.preventDefault();
    const [from, name] = [placeOf(row), event.target.classList[0]];
    const to = from + step;
    if (event.target.matches(".grip")) moved(from, to);
    rowAt(to)?.querySelector(`.${name}:not([hidden]), .jump`)?.focus();
    rowAt(to)?.scrollIntoView({ block: "nearest" });
  }
  if (event.key === "Delete" && placeOf(row) !== queue.at()) remove(placeOf(row));
}

// By mouse, pen or finger: the row follows, the others make room.
function drag(event) {
  const grip = event.target.closest(".grip");
  if (!grip || event.button) return;
  event.preventDefault();
  const row = grip.closest("[data-place]");
  const from = placeOf(row);
  row.classList.add("dragged");
  grip.setPointerCapture(event.pointerId);
  const follow = ({ clientY }) => {
    const others = [...list.children].filter((other) => other !== row && !other.matches("[aria-current]"));
    const below = others.find((other) => clientY < other.getBoundingClientRect().top + other.offsetHeight / 2);
    if (below ? row.nextElementSibling !== below : row !== list.lastElementChild) list.insertBefore(row, below ?? null);
    const { top, bottom } = list.getBoundingClientRect();
    if (clientY < top + 24) list.scrollBy(0, -12);
    else if (clientY > bottom - 24) list.scrollBy(0, 12);
  };
  const drop = ({ type }) => {
    grip.removeEventListener("pointermove", follow);
    row.classList.remove("dragged");
    const to = placeOf(list.firstElementChild === row ? row : list.firstElementChild) + [...list.children].indexOf(row);
    if (type === "pointerup" && to !== from) moved(from, to);
    else draw();
  };
  grip.addEventListener("pointermove", follow);
  for (const end of ["pointerup", "pointercancel"]) grip.addEventListener(end, drop, { once: true });
}

if (panel) {
  panel.addEventListener("toggle", draw);
  list.addEventListener("click", click);
  list.addEventListener("keydown", key);
  list.addEventListener("pointerdown", drag);
  document.getElementById("queue-clear").addEventListener("click", queue.clearUpcoming);
  opener.addEventListener("click", () => panel.togglePopover());
  document.getElementById("player-close").addEventListener("click", () => panel.hidePopover());
  document.addEventListener("pointerdown", ({ target }) => {
    if (isOpen() && !target.closest("#queue, #player")) panel.hidePopover();
  });
  document.addEventListener("queue-changed", draw);
  document.addEventListener("keydown", ({ key: pressed, target }) => {
    if (pressed !== "Escape" || !isOpen()) return;
    panel.hidePopover();
    if (target === document.body || target.closest("#queue")) opener.focus();
  });
  draw();
}
