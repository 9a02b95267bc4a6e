// "/" searches; on a position slider arrows move five seconds and space plays or pauses.
import { currentTime, duration, seek, togglePlay } from "./player.js";

const STEP = 5;
export const writes = (element) => element.matches("input:not([type=range]), textarea, select, [contenteditable]");

function onSlider(event) {
  const moves = {
    ArrowLeft: () => seek(currentTime() - STEP),
    ArrowRight: () => seek(currentTime() + STEP),
    Home: () => seek(0),
    End: () => seek(duration()),
    " ": () => togglePlay(document.querySelector("#deck button[data-play]")),
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  moves[event.key]();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("#deck-position, #player-position")) onSlider(event);
  else if (event.key === "/" && !writes(event.target)) {
    event.preventDefault();
    document.getElementById("search")?.focus();
  }
});
