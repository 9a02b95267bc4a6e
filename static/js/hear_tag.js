// Beside a tag of a list stands a button that plays the seconds of the track that made the tag.
import { jsonOf } from "./asked.js";
import { playSeconds } from "./player.js";
import { addressOf, entryFrom, entryOf, idOf } from "./player/queue.js";

const bar = document.getElementById("player");
const button = document.getElementById("hear-tag")?.content.firstElementChild.cloneNode(true);

const slugOf = (chip) => decodeURIComponent(chip.pathname).split("/").at(-2);
const rowOf = (chip) => chip.closest(".track, .tag-row-of");
export const hearable = (row) => [...row.querySelectorAll("a.chip[href]")];

export async function hear(chip) {
  const play = rowOf(chip).querySelector("button[data-play]");
  const address = addressOf("telling", idOf(entryOf(play))).replace("/tags/tag/", `/tags/${slugOf(chip)}/`);
  const told = await jsonOf(address);
  if (!told) return; // such as of an own tag, which no model knows
  const { from, until, ...track } = told;
  playSeconds(entryFrom(track), from, until);
}

function stand(chip) {
  if (!chip || chip.nextElementSibling === button || !rowOf(chip)?.querySelector("button[data-play]")) return;
  button.setAttribute("aria-label", button.dataset.label.replace("{tag}", chip.dataset.tag));
  button.title = button.getAttribute("aria-label");
  button.style.left = `${chip.offsetLeft}px`;
  button.style.top = `${chip.offsetTop}px`;
  chip.after(button);
}

if (bar) {
  for (const event of ["pointerover", "focusin"]) {
    document.addEventListener(event, ({ target, pointerType }) => {
      if (pointerType !== "touch") stand(target.closest?.(".track a.chip"));
    });
  }
  document.addEventListener("pointerover", ({ target }) => {
    if (button.isConnected && !target.closest?.(".chips") && document.activeElement !== button) button.remove();
  });
  button.addEventListener("click", () => hear(button.previousElementSibling));
}
