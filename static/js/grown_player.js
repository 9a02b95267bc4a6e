// On a phone the player grows to the whole screen: by its button, or by a swipe up; a swipe down, the
// button or Escape make it small again.
import { plays } from "./player.js";

const FAR = 60; // pixels of a swipe
const button = document.getElementById("player-grow");
const bar = document.getElementById("player");
const cover = document.getElementById("player-cover");
const narrow = window.matchMedia("(max-width: 699px)");
let from = null;

// The cover is that of the row which plays; of one that is not on this page there is none.
function showCover() {
  const playing = [...document.querySelectorAll(".covered button[data-play]")].find(({ dataset }) => plays(dataset.play));
  if (!playing || cover.dataset.of === playing.dataset.play) return;
  const shown = playing.closest(".covered").querySelector(".cover").cloneNode();
  shown.classList.replace("small", "large");
  cover.replaceChildren(shown);
  cover.dataset.of = playing.dataset.play;
}

function forgetCover() {
  if (cover.dataset.of && !plays(cover.dataset.of)) {
    cover.replaceChildren();
    delete cover.dataset.of;
  }
}

function grow(large) {
  document.body.classList.toggle("player-grown", large);
  button.setAttribute("aria-expanded", String(large));
  button.setAttribute("aria-label", large ? button.dataset.less : button.dataset.more);
  // What lies behind it is out of reach.
  for (const part of [document.getElementById("page"), document.querySelector(".topbar"), document.querySelector(".places")]) {
    part.inert = large;
  }
}

const isGrown = () => document.body.classList.contains("player-grown");

if (button) {
  button.addEventListener("click", () => grow(!isGrown()));
  document.addEventListener("player-moved", () => {
    forgetCover();
    showCover();
    if (bar.hidden && isGrown()) grow(false);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !isGrown()) return;
    grow(false);
    button.focus();
  });
  // A link in it leads to a page that is to be seen.
  bar.addEventListener("click", ({ target }) => target.closest("a") && grow(false));
  narrow.addEventListener("change", () => grow(false));
  bar.addEventListener("touchstart", ({ target, touches }) => {
    from = target.matches("input") ? null : touches[0];
  }, { passive: true });
  bar.addEventListener("touchend", ({ changedTouches }) => {
    if (!from || !narrow.matches) return;
    const down = changedTouches[0].clientY - from.clientY;
    if (Math.abs(down) >= FAR) grow(down < 0);
  });
}
