// The one player: an audio element outside the page, and every play button that speaks to it.
import { clock } from "./clock.js";
import { whenPresent } from "./ready.js";

const bar = document.getElementById("player");
const audio = document.getElementById("audio");
const [toggle, time, position, close] = ["toggle", "time", "position", "close"].map(
  (part) => document.getElementById(`player-${part}`),
);
let known = 0; // seconds, told by the page before the audio itself knows

export const duration = () => (Number.isFinite(audio?.duration) ? audio.duration : known);
export const currentTime = () => audio?.currentTime ?? 0;
export const plays = (source) => audio?.getAttribute("src") === source;

export const pause = () => audio.pause();

function load(button) {
  if (plays(button.dataset.play)) return;
  known = Number(button.dataset.duration);
  audio.src = button.dataset.play;
  showTitle(button.dataset);
}

// A new link each time: htmx goes where a link led when it was first seen.
function showTitle({ title, page }) {
  const former = document.getElementById("player-title");
  const link = former.cloneNode();
  link.textContent = title;
  link.href = page;
  former.replaceWith(link);
  htmx.process(link);
}

function start() {
  bar.hidden = false;
  // Refused or interrupted: the element's own error and pause events tell the page.
  audio.play().catch((error) => console.debug(error.message));
}

export function seek(seconds) {
  audio.currentTime = Math.max(0, Math.min(seconds, duration() || seconds));
  show();
}

export function moveTo(button, seconds) {
  load(button);
  seek(seconds);
}

export function playFrom(button, seconds) {
  moveTo(button, seconds);
  start();
}

export function togglePlay(button) {
  if (button && !plays(button.dataset.play)) load(button);
  if (audio.paused) start();
  else audio.pause();
}

function show() {
  const total = duration();
  time.textContent = `${clock(audio.currentTime)} / ${clock(total)}`;
  position.max = total || 1;
  position.value = audio.currentTime;
  position.setAttribute("aria-valuetext", `${clock(audio.currentTime)} ${bar.dataset.of} ${clock(total)}`);
  document.dispatchEvent(new Event("player-moved"));
}

function markButton(button) {
  button.setAttribute("aria-pressed", String(plays(button.dataset.play) && !audio.paused));
}

function showState() {
  toggle.setAttribute("aria-pressed", String(!audio.paused));
  toggle.setAttribute("aria-label", audio.paused ? bar.dataset.play : bar.dataset.pause);
  document.querySelectorAll("[data-play]:not(#player)").forEach(markButton);
  document.body.classList.toggle("has-player", !bar.hidden);
  show();
}

function stop() {
  audio.pause();
  audio.removeAttribute("src");
  audio.load();
  bar.hidden = true;
  showState();
}

if (bar) {
  for (const event of ["play", "pause", "ended", "loadedmetadata"]) audio.addEventListener(event, showState);
  audio.addEventListener("timeupdate", show);
  audio.addEventListener("error", () => {
    if (audio.getAttribute("src")) time.textContent = bar.dataset.failed;
  });
  toggle.addEventListener("click", () => togglePlay());
  close.addEventListener("click", stop);
  position.addEventListener("input", () => seek(Number(position.value)));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-play]");
    if (button) togglePlay(button);
  });
  whenPresent("button[data-play]", markButton);
}
