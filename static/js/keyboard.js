// "/" searches. On a track's page, and on any position slider, space plays or pauses, arrows move
// five seconds, page keys thirty, Home and End to the ends. A letter presses the button that names it.
import { currentTime, duration, moveTo, next, plays, previous, seek, togglePlay } from "./player.js";
import { current } from "./player/queue.js";

const STEP = 5;
const PAGE = 30;
export const writes = (element) => element.matches("input:not([type=range]), textarea, select, [contenteditable]");

const deckButton = () => document.querySelector("#deck button[data-play]");
const total = (button) => (plays(button?.dataset.play) || !button ? duration() : Number(button.dataset.duration));

// The bar at the foot has what plays; the page of a track has that track.
function go(button, from) {
  const now = !button || plays(button.dataset.play) ? currentTime() : 0;
  const seconds = from(now, total(button));
  if (button) moveTo(button, seconds);
  else seek(seconds);
}

const moves = {
  ArrowLeft: (now) => now - STEP,
  ArrowRight: (now) => now + STEP,
  PageUp: (now) => now - PAGE,
  PageDown: (now) => now + PAGE,
  Home: () => 0,
  End: (now, end) => end,
};

function control(event, button) {
  if (event.key === " ") {
    if (!event.repeat) togglePlay(button);
  } else if (moves[event.key]) go(button, moves[event.key]);
  else return;
  event.preventDefault();
}

// Shift and an arrow: the next track and the one before.
function step(event) {
  const act = { ArrowRight: next, ArrowLeft: previous }[event.key];
  if (!act || !current() || writes(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
}

// Space presses what has the focus; a list of choices moves by arrows.
function isTaken({ target, key }) {
  if (document.querySelector("dialog[open]") || writes(target)) return true;
  return key === " " ? target.matches("button, summary") : target.matches("input");
}

// It answers as soon as it is seen, also while the page's own scripts are on their way.
function pressNamed({ key, repeat, target }) {
  if (repeat || !/^[a-z]$/.test(key) || writes(target) || document.querySelector("dialog[open]")) return;
  document.querySelector(`button[aria-keyshortcuts="${key}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.shiftKey) {
    step(event);
    return;
  }
  if (event.target.matches("#player-position")) control(event, null);
  else if (event.target.matches("#deck-position")) control(event, deckButton());
  else if (deckButton() && !isTaken(event)) control(event, deckButton());
  pressNamed(event);
  if (event.key === "/" && !writes(event.target)) {
    event.preventDefault();
    document.getElementById("search")?.focus();
  }
});
