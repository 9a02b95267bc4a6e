// The one player: what it plays, what comes next, its bar, and every play button that speaks to it.
import { clock } from "./clock.js";
import { BarWave } from "./player/bar_wave.js";
import { gainOf, setLevel } from "./player/loudness.js";
import { showPosition, showToSystem } from "./player/media_session.js";
import * as queue from "./player/queue.js";
import * as sounding from "./player/sound.js";
import { whenPresent } from "./ready.js";

const { sound } = sounding;
const bar = document.getElementById("player");
const part = (name) => document.getElementById(`player-${name}`);
const [toggle, time, position, artist, note] = ["toggle", "time", "position", "artist", "note"].map(part);
const SOON = 20; // seconds before the end: what comes next is fetched
const RESTART = 3; // seconds: "previous" goes to the beginning first
const SAVE_EVERY = 5; // seconds
const NOTE_SECONDS = 2; // so long it is said that a track cannot be played, before the next one is tried
const PLACE = `player-at:${bar?.dataset.person}`;
const SETTINGS = "player-settings";
const settings = { volume: 1, muted: false, matched: true, ...stored(SETTINGS) };
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("player") : null;
let until = null; // where the seconds that were asked for end
let saved = 0;
let failures = 0; // tracks in a row that could not be played
const wave = bar && new BarWave(document.getElementById("player-wave"));

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

const audio = () => sounding.element();
export const duration = () => (Number.isFinite(audio()?.duration) ? audio().duration : (queue.current()?.duration ?? 0));
export const currentTime = () => audio()?.currentTime ?? 0;
export const plays = (address) => sounding.source() === address;
export const isPaused = () => audio().paused;
export const pause = () => sounding.pause();

function load(entry, how) {
  until = null;
  if (!plays(entry.play)) sounding.load(entry.play, how);
  level();
  showTrack(entry);
}

function level() {
  const album = queue.albumAround(queue.at());
  setLevel(audio(), settings.muted ? 0 : settings.volume, settings.matched ? gainOf(album) : 0);
}

// A new link each time: htmx goes where a link led when it was first seen.
function showTrack(entry) {
  bar.hidden = false;
  const former = part("title");
  const link = former.cloneNode();
  link.textContent = entry.title;
  link.title = entry.title;
  link.href = entry.page;
  former.replaceWith(link);
  htmx.process(link);
  artist.textContent = [entry.artist, entry.album].filter(Boolean).join(" · ");
  note.textContent = "";
  wave.show(entry);
  showToSystem(entry, acts);
}

function start() {
  bar.hidden = false;
  tabs?.postMessage("plays");
  return sounding.start();
}

export function seek(seconds) {
  until = null;
  audio().currentTime = Math.max(0, Math.min(seconds, duration() || seconds));
  show();
}

// Into the bar, if it is not there.
function bring(entry) {
  if (plays(entry.play)) return;
  queue.playOne(entry);
  load(queue.current());
}

export function moveTo(button, seconds) {
  bring(queue.entryOf(button));
  seek(seconds);
}

export function playFrom(button, seconds) {
  moveTo(button, seconds);
  start();
}

// The seconds that tell something of a track, and no more.
export function playSeconds(entry, from, end) {
  bring(entry);
  seek(from);
  until = end;
  start();
}

export function togglePlay(button) {
  if (button && !plays(button.dataset.play)) playInList(button);
  else if (isPaused()) start();
  else pause();
}

// A list is played on from the track that was chosen; what of it is not on the page follows later.
function playInList(button) {
  const list = button.closest("[data-queue]");
  const around = list ?? button.closest("ol, ul, tbody");
  const buttons = around ? [...around.querySelectorAll("button[data-play]")] : [button];
  const ends = list?.dataset.after ?? [...(list?.querySelectorAll("[data-after]") ?? [])].at(-1)?.dataset.after;
  const source = list && { query: list.dataset.queue, after: ends ? Number(ends) : null, seed: "" };
  if (buttons.length > 1) queue.playList(buttons.map(queue.entryOf), buttons.indexOf(button), source);
  else queue.playOne(queue.entryOf(button));
  load(queue.current());
  audio().currentTime = 0;
  start();
}

function playNow(entry) {
  if (!entry) return;
  load(entry);
  audio().currentTime = 0;
  start();
}

export const playCurrent = () => playNow(queue.current());
export const playAt = (place) => playNow(queue.go(place));
export const next = () => playNow(queue.goNext());
export function previous() {
  if (currentTime() > RESTART || !queue.hasPrevious()) seek(0);
  else playNow(queue.goBack());
}

// The end of a track, told or due.
function goOn() {
  if (queue.repeat() === "one") {
    audio().currentTime = 0;
    start();
    return;
  }
  const entry = queue.goNext();
  if (!entry) return;
  const again = plays(entry.play);
  load(entry);
  if (again) audio().currentTime = 0;
  start();
}

function prepare() {
  const following = queue.next();
  const left = duration() - currentTime();
  if (!following || queue.repeat() === "one" || until !== null || left > SOON) return;
  const { album } = queue.current() ?? {};
  sounding.prepare(following.play, Boolean(album) && album === following.album);
}

function tick() {
  if (until !== null && currentTime() >= until) {
    until = null;
    pause();
  }
  prepare();
  if (Math.abs(currentTime() - saved) > SAVE_EVERY) savePlace();
  show();
}

function savePlace() {
  saved = currentTime();
  localStorage.setItem(PLACE, JSON.stringify({ play: sounding.source(), seconds: saved }));
}

function show() {
  const total = duration();
  time.textContent = `${clock(currentTime())} / ${clock(total)}`;
  position.max = total || 1;
  position.value = currentTime();
  position.setAttribute("aria-valuetext", `${clock(currentTime())} ${bar.dataset.of} ${clock(total)}`);
  wave.moveTo(total ? currentTime() / total : 0);
  document.dispatchEvent(new Event("player-moved"));
}

function markButton(button) {
  const here = plays(button.dataset.play);
  button.setAttribute("aria-pressed", String(here && !isPaused()));
  button.closest("tr, li")?.classList.toggle("plays", here);
}

function showState() {
  toggle.setAttribute("aria-pressed", String(!isPaused()));
  toggle.setAttribute("aria-label", isPaused() ? bar.dataset.play : bar.dataset.pause);
  document.querySelectorAll("button[data-play]").forEach(markButton);
  document.body.classList.toggle("has-player", !bar.hidden);
  showPosition(audio());
  show();
}

function showQueue() {
  const following = queue.next();
  part("next").disabled = !following;
  part("shuffle").setAttribute("aria-pressed", String(queue.isShuffled()));
  const repeat = part("repeat");
  repeat.dataset.repeat = queue.repeat();
  repeat.setAttribute("aria-label", repeat.dataset[queue.repeat()]);
  repeat.title = repeat.dataset[queue.repeat()];
}

function stop() {
  sounding.stop();
  queue.clear();
  localStorage.removeItem(PLACE);
  bar.hidden = true;
  showToSystem(null, acts);
  showState();
}

// One that cannot be played is passed over, unless nothing else can be either.
function fail() {
  if (!sounding.source()) return;
  note.textContent = bar.dataset.failed;
  failures += 1;
  const failed = sounding.source();
  if (failures <= Math.min(queue.entries().length, 5) && queue.next() && failed !== queue.next().play) {
    setTimeout(() => plays(failed) && isPaused() && note.textContent && goOn(), NOTE_SECONDS * 1000);
  }
}

function setVolume(change) {
  Object.assign(settings, change);
  localStorage.setItem(SETTINGS, JSON.stringify(settings));
  level();
  showVolume();
}

function showVolume() {
  const silent = settings.muted || !settings.volume;
  part("mute").setAttribute("aria-pressed", String(silent));
  part("volume").value = settings.muted ? 0 : settings.volume;
  part("volume").setAttribute("aria-valuetext", `${Math.round(settings.volume * 100)}\u00a0%`);
  part("matched").checked = settings.matched;
}

const acts = {
  play: () => start(),
  pause: () => pause(),
  stop: () => stop(),
  nexttrack: () => next(),
  previoustrack: () => previous(),
  seekto: ({ seekTime }) => seek(seekTime),
  seekbackward: ({ seekOffset }) => seek(currentTime() - (seekOffset || 10)),
  seekforward: ({ seekOffset }) => seek(currentTime() + (seekOffset || 10)),
};

const REPEATS = { off: "all", all: "one", one: "off" };

function listen() {
  for (const event of ["play", "pause", "ended", "loadedmetadata"]) sound.addEventListener(event, showState);
  sound.addEventListener("timeupdate", tick);
  sound.addEventListener("playing", () => { failures = 0; note.textContent = ""; });
  sound.addEventListener("pause", savePlace);
  sound.addEventListener("error", fail);
  for (const event of ["ended", "due"]) sound.addEventListener(event, goOn);
  window.addEventListener("pagehide", () => sounding.source() && savePlace());
  tabs?.addEventListener("message", () => pause());
  toggle.addEventListener("click", () => togglePlay());
  position.addEventListener("input", () => seek(Number(position.value)));
  const clicks = {
    close: stop, next, previous,
    shuffle: queue.toggleShuffle,
    repeat: () => queue.setRepeat(REPEATS[queue.repeat()]),
    mute: () => setVolume({ muted: !settings.muted, volume: settings.volume || 0.5 }),
  };
  for (const [name, act] of Object.entries(clicks)) part(name).addEventListener("click", () => act());
  part("volume").addEventListener("input", ({ target }) => setVolume({ volume: Number(target.value), muted: false }));
  part("matched").addEventListener("change", ({ target }) => setVolume({ matched: target.checked }));
  document.addEventListener("queue-changed", () => { begin(); showQueue(); level(); });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-play]");
    if (button) togglePlay(button);
  });
}

// What is lined up while nothing plays stands in the bar, to be begun.
function begin() {
  if (queue.current() || !queue.entries().length) return;
  load(queue.go(0), { preload: "none" });
  showState();
}

function restore() {
  const entry = queue.restore();
  if (!entry) return;
  // No sound and no request before somebody asks for it.
  load(entry, { preload: "none" });
  const { play, seconds } = stored(PLACE);
  if (play === entry.play) audio().currentTime = seconds;
  showState();
}

if (bar) {
  listen();
  restore();
  showQueue();
  showVolume();
  whenPresent("button[data-play]", markButton);
}
