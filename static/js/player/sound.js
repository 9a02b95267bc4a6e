// Two audio elements outside the page: one plays, the other has the beginning of what comes next.
// Events of the one that plays go to `sound`.
export const sound = new EventTarget();
const EVENTS = ["play", "pause", "playing", "ended", "loadedmetadata", "timeupdate", "seeked", "error"];
const HANDOVER = 1; // second before the end, from when on the end is waited for by a timer
const TAIL = 500; // ms: so long the end of the former may still sound

let [active, spare] = document.querySelectorAll("#player audio");
let timer = 0;
let seamless = false;

export const element = () => active;
export const source = () => active?.getAttribute("src") ?? "";

function empty(one) {
  one.pause();
  one.removeAttribute("src");
  one.load();
}

function tell(event) {
  if (event.target === active) sound.dispatchEvent(new Event(event.type));
}

if (active) for (const one of [active, spare]) for (const name of EVENTS) one.addEventListener(name, tell);

export function load(address, { preload = "auto" } = {}) {
  clearTimeout(timer);
  if (address === source()) return;
  if (spare.getAttribute("src") === address) swap();
  else {
    active.preload = preload;
    active.src = address;
  }
}

function swap() {
  const former = active;
  [active, spare] = [spare, active];
  spare.removeAttribute("id");
  active.id = "audio";
  // One that is about to end by itself is let to its end.
  if (seamless && former.duration - former.currentTime < HANDOVER) setTimeout(() => former === spare && empty(former), TAIL);
  else empty(former);
}

// Its beginning is fetched now. `gapless`: it is begun when the end is due, not when it is told.
export function prepare(address, gapless) {
  seamless = gapless;
  if (!address || address === source()) return;
  if (spare.getAttribute("src") !== address) spare.src = address;
  spare.preload = "auto";
}

export const isPrepared = (address) => spare.getAttribute("src") === address;

export function start() {
  // Refused or interrupted: the element's own error and pause events tell the page.
  return active.play().catch((error) => console.debug(error.message));
}

export const pause = () => active.pause();

export function stop() {
  clearTimeout(timer);
  [active, spare].forEach(empty);
}

// Told shortly before the end where the next is to follow without a gap.
sound.addEventListener("timeupdate", () => {
  clearTimeout(timer);
  const left = active.duration - active.currentTime;
  if (!seamless || active.paused || !(left < HANDOVER) || !spare.getAttribute("src")) return;
  timer = setTimeout(() => sound.dispatchEvent(new Event("due")), left * 1000);
});
