// The review queue by keyboard: y, n, s and u answer, space plays the telling seconds again. Where
// the browser forbids sound before the first click, the button stays to be pressed.
import { writes } from "./keyboard.js";
import { playMoment } from "./moments.js";
import { currentTime, pause, plays } from "./player.js";
import { whenPresent } from "./ready.js";

const KEYS = { y: "yes", n: "no", s: "skip", u: "undo" };
const shown = () => document.getElementById("question");
let telling = false; // the seconds play; who goes on behind them is not stopped again

function play(question) {
  playMoment(question);
  telling = true;
}

whenPresent("#question", (question) => {
  question.querySelector("#telling").addEventListener("click", () => play(question));
  play(question);
});

document.addEventListener("player-moved", () => {
  const { source, until } = shown()?.dataset ?? {};
  if (!telling || !source || !plays(source) || currentTime() < Number(until)) return;
  telling = false;
  pause();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writes(event.target)) return;
  if (event.key === " " && shown() && !event.target.closest("button, a, summary, input")) {
    event.preventDefault();
    play(shown());
  }
  document.querySelector(`.answers button[value="${KEYS[event.key]}"]`)?.click();
});
