// A list by keys: j and k go from track to track, Space plays, x ticks, q lines up; with Shift, j
// and k tick on the way. 1–5 rate, 0 takes that back. Enter opens, as of any link. A click on the small waveform plays from there.
import { writes } from "./keyboard.js";
import { note, say } from "./list_note.js";
import { playFrom, togglePlay } from "./player.js";
import { lineUp, entryOf } from "./player/queue.js";
import { rate } from "./ratings.js";

export const rows = () => [...document.querySelectorAll("table.tracks tr.track")];
export const playOf = (row) => row.querySelector("button[data-play]");
export const boxOf = (row) => row.querySelector(".pick input");
const here = () => document.activeElement.closest?.("table.tracks tr.track");

function goTo(row) {
  row?.querySelector(".title").focus({ focusVisible: true });
  row?.scrollIntoView({ block: "nearest" });
}

// The first one in sight, where no track has the focus yet.
const inSight = (all) => all.find((row) => row.getBoundingClientRect().top > 60) ?? all[0];

function step(by, ticks) {
  const [all, row] = [rows(), here()];
  if (!row) return goTo(inSight(all));
  const next = all[all.indexOf(row) + by];
  if (ticks && next) for (const one of [row, next]) if (!boxOf(one).checked) boxOf(one).click();
  return goTo(next);
}

function queue(entry) {
  lineUp([entry]);
  say(note().dataset.queued.replace("{title}", entry.title));
}

const ACTS = {
  j: () => step(1), k: () => step(-1), J: () => step(1, true), K: () => step(-1, true),
  x: () => here() && boxOf(here()).click(),
  q: () => here() && queue(entryOf(playOf(here()))),
  " ": () => here() && togglePlay(playOf(here())),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
  const act = ACTS[event.key] ?? (/^[0-5]$/.test(event.key) && here() ? () => rate(here(), Number(event.key)) : null);
  if (!act || !rows().length || document.querySelector("dialog[open], [role=menu]:popover-open")) return;
  if (event.key === " " && !event.target.matches("a.title")) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", ({ target, clientX }) => {
  const wave = target.closest(".mini-wave");
  if (!wave) return;
  const { left, width } = wave.getBoundingClientRect();
  const button = playOf(wave.closest("tr"));
  playFrom(button, ((clientX - left) / width) * Number(button.dataset.duration));
});
