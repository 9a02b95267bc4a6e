// The review queue by keyboard: y, n, s and u answer, space plays the telling seconds. No sound
// begins before somebody has asked for it; then the next questions are heard by themselves.
import { writes } from "./keyboard.js";
import { playMoment } from "./moments.js";
import { currentTime, pause, plays } from "./player.js";
import { whenPresent } from "./ready.js";

const KEYS = { y: "yes", n: "no", s: "skip", u: "undo" };
const shown = () => document.getElementById("question");
let heard = false; // somebody has asked to hear this question
let goesOn = false; // and has answered it: the next one is on its way
let telling = false; // the seconds play; who goes on behind them is not stopped again

function play(question) {
  playMoment(question);
  telling = heard = true;
}

whenPresent("#question", (question) => {
  question.querySelector("#telling").addEventListener("click", () => play(question));
  heard = false;
  if (goesOn) play(question);
  goesOn = false;
});
document.addEventListener("submit", ({ target }) => {
  if (target.matches("#question .answers")) goesOn = heard;
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
