// What can be done with a track of a list: by the button of its row, a right click, a long press or
// the menu key. Where several are ticked and this is one of them, queue and deletion mean all.
import { hear, hearable } from "./hear_tag.js";
import { togglePlay } from "./player.js";
import { entryOf, idOf, lineUp } from "./player/queue.js";
import { rate } from "./ratings.js";
import { boxOf, playOf, rows } from "./rows.js";

const PRESS = 500; // ms
const STILL = 10; // CSS pixels: a finger that has gone further scrolls
const menu = () => document.getElementById("row-menu");
const items = () => [...menu().querySelectorAll("[role=menuitem]")];
let row = null;
let press = 0;
let pressed = false;

const meant = () => (boxOf(row).checked ? rows().filter((one) => boxOf(one).checked) : [row]);

function fill() {
  const id = idOf(entryOf(playOf(row)));
  for (const link of menu().querySelectorAll("a[data-to]")) link.href = `${playOf(row).dataset.page}${link.dataset.to}`;
  const like = menu().querySelector("a[data-like]");
  like.href = `${like.dataset.like}${id}`;
  const chips = hearable(row).map((chip) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", value: "hear", textContent: menu().dataset.hear.replace("{tag}", chip.dataset.tag) });
    button.setAttribute("role", "menuitem");
    button.addEventListener("click", () => hear(chip));
    return button;
  });
  menu().querySelector(".hear").replaceChildren(...chips);
  items().forEach((item) => { item.tabIndex = -1; });
}

function open(at, left, top) {
  if (!menu()) return;
  row = at;
  fill();
  menu().showPopover();
  const { offsetWidth: width, offsetHeight: height } = menu();
  menu().style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu().style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  items()[0].focus();
}

const acts = {
  play: () => togglePlay(playOf(row)),
  next: () => queue({ next: true }),
  queue: () => queue(),
  pick: () => boxOf(row).click(),
  rate: ({ dataset }) => rate(row, Number(dataset.stars)),
  delete: () => remove(),
};

function queue(how) {
  lineUp(meant().map((one) => entryOf(playOf(one))), how);
  menu().querySelector("[role=status]").textContent = menu().dataset.queued;
}

function remove() {
  for (const one of rows()) if (boxOf(one).checked !== meant().includes(one)) boxOf(one).click();
  document.querySelector('#selection button[value="delete"]').click();
}

function close() {
  menu().hidePopover();
  row?.querySelector(".title")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.row-menu");
  if (button) {
    const { right, bottom } = button.getBoundingClientRect();
    open(button.closest("tr"), right - 216, bottom);
    return;
  }
  const item = event.target.closest("#row-menu [role=menuitem]");
  if (!item) return;
  if (item.matches("a")) {
    event.preventDefault();
    event.stopPropagation();
    follow(item);
    return;
  }
  acts[item.value]?.(item);
  close();
}, true);

// A link of its own, which htmx sees for the first time.
function follow(item) {
  menu().hidePopover();
  const link = document.createElement("a");
  link.href = item.href;
  if (item.getAttribute("hx-boost")) link.setAttribute("hx-boost", "false");
  document.getElementById("page").append(link);
  htmx.process(link);
  link.click();
  link.remove();
}

document.addEventListener("contextmenu", (event) => {
  const at = event.target.closest?.("table.tracks tr.track");
  // With Shift it is the browser's own; so it is on what a person has marked to copy it.
  if (!at || !menu() || event.shiftKey || String(getSelection())) return;
  event.preventDefault();
  const box = event.target.getBoundingClientRect();
  open(at, event.clientX || box.left, event.clientY || box.bottom);
});

document.addEventListener("pointerdown", (event) => {
  clearTimeout(press);
  pressed = false;
  const at = event.target.closest?.("table.tracks tr.track");
  if (event.pointerType !== "touch" || !at) return;
  const [left, top] = [event.clientX, event.clientY];
  const stop = () => clearTimeout(press);
  const moved = (on) => Math.hypot(on.clientX - left, on.clientY - top) > STILL && stop();
  press = setTimeout(() => { pressed = true; open(at, left, top); }, PRESS);
  at.addEventListener("pointermove", moved);
  for (const end of ["pointerup", "pointercancel"]) at.addEventListener(end, () => { stop(); at.removeEventListener("pointermove", moved); }, { once: true });
});
// The finger that is lifted after a long press has not clicked.
document.addEventListener("click", (event) => {
  if (!pressed) return;
  pressed = false;
  if (event.target.closest("table.tracks")) { event.preventDefault(); event.stopPropagation(); }
}, true);

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#row-menu")) return;
  const [all, at] = [items(), items().indexOf(event.target)];
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) all.at(to % all.length).focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
