// The sound of the review queue: space plays the telling seconds. Before the first key or answer
// there is none: no browser would allow it. From then on each question is heard by itself, until
// somebody stops it.
import { writes } from "./keyboard.js";
import { playMoment } from "./moments.js";
import { currentTime, pause, plays } from "./player.js";
import { whenPresent } from "./ready.js";
import "./telling.js";

const shown = () => document.getElementById("question");
let silent = false; // somebody has stopped the sound, and answers without
let goesOn = false; // and has answered it: the next one is on its way
let telling = false; // the seconds play; who goes on behind them is not stopped again

function play(question) {
  playMoment(question);
  telling = true;
  silent = false;
}

whenPresent("#question", (question) => {
  question.querySelector("#telling").addEventListener("click", () => play(question));
  if (goesOn) play(question);
  goesOn = false;
});
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("#question .answers")) return;
  const { source } = shown().dataset;
  // Stopped in the middle of the seconds: that was meant.
  if (telling && plays(source) && document.getElementById("audio").paused) silent = true;
  goesOn = !silent;
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
});
