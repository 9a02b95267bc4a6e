// What is played one after the other: kept by this browser for this person across pages and reloads.
// It knows nothing of sound; what changes it says so by "queue-changed".
const bar = document.getElementById("player");
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const SAMPLE_ID = "00000000-0000-0000-0000-000000000000"; // in the addresses that the page gives
const KEEP = `player:${bar?.dataset.person}`;
// A browser keeps five million letters for a site; this much is an evening there and back.
const MOST_PLAYED = 100;
const MOST_KEPT = 500;
const FEW = 10; // so many to come: the next part of the list is asked for

let state = { entries: [], at: -1, repeat: "off", shuffled: false, source: null, unshuffled: null };
let asking = false;

export const idOf = (entry) => entry?.play.match(UUID)?.[0];
export const addressOf = (what, id) => bar.dataset[what].replace(SAMPLE_ID, id);
export const current = () => state.entries[state.at];
export const entries = () => state.entries;
export const at = () => state.at;
export const repeat = () => state.repeat;
export const isShuffled = () => state.shuffled;
const placeOf = (play) => state.entries.findIndex((entry) => entry.play === play);

const number = (text) => (text === undefined || text === null || text === "" ? null : Number(text));

// What the page says of a track at its play button.
export function entryOf({ dataset }) {
  const { play, page, title, artist = "", album = "" } = dataset;
  const [duration, loudness, peak] = [dataset.duration, dataset.loudness, dataset.peak].map(number);
  const outlined = "outlined" in dataset;
  return { play, page, title, artist, album, duration: duration ?? 0, loudness, peak, outlined };
}

// What the server says of it.
export const entryFrom = ({ id, ...track }) => ({ ...track, play: addressOf("audio", id), page: addressOf("track", id) });

function changed() {
  keep();
  document.dispatchEvent(new Event("queue-changed"));
  extend();
}

function keep() {
  const dropped = Math.max(0, state.at - MOST_PLAYED);
  const kept = { ...state, entries: state.entries.slice(dropped, dropped + MOST_KEPT), at: state.at - dropped };
  if (kept.unshuffled?.entries.length > MOST_KEPT) kept.unshuffled = null;
  // What was cut off at the end is asked for again by its place, but only where the list itself was.
  localStorage.setItem(KEEP, JSON.stringify(kept));
}

export function restore() {
  try {
    state = { ...state, ...JSON.parse(localStorage.getItem(KEEP)) };
  } catch {
    localStorage.removeItem(KEEP); // not ours any more
  }
  return current();
}

export function clear() {
  state = { ...state, entries: [], at: -1, source: null, unshuffled: null };
  changed();
}

// Those that a person has lined up by hand outlive a new list.
const linedUp = () => state.entries.slice(state.at + 1).filter(({ own }) => own);

export function playList(list, index, source) {
  const kept = linedUp();
  state.unshuffled = null;
  state.source = source;
  state.entries = [...list.slice(0, index + 1), ...kept, ...list.slice(index + 1)];
  state.at = index;
  if (state.shuffled) shuffle();
  else changed();
}

// One by itself: what was to come comes behind it.
export function playOne(entry) {
  const known = placeOf(entry.play);
  if (known >= 0) state.at = known;
  else state.entries.splice((state.at += 1), 0, entry);
  changed();
}

export function lineUp(added, { next = false } = {}) {
  const own = added.map((entry) => ({ ...entry, own: true }));
  const from = next || state.at < 0 ? state.at + 1 : Math.max(state.at + 1, lastOwn() + 1);
  state.entries.splice(from, 0, ...own);
  changed();
}

function lastOwn() {
  const last = state.entries.findLastIndex(({ own }, place) => own && place > state.at);
  return last < 0 ? state.at : last;
}

export function move(from, to) {
  if (to < 0 || to >= state.entries.length) return;
  const playing = current();
  state.entries.splice(to, 0, ...state.entries.splice(from, 1));
  state.at = state.entries.indexOf(playing);
  changed();
}

// The one that plays is not removed: it is over when the next one begins.
export function remove(place) {
  if (place === state.at) return;
  state.entries.splice(place, 1);
  if (place < state.at) state.at -= 1;
  changed();
}

export function clearUpcoming() {
  state.entries.length = state.at + 1;
  state.source = null;
  changed();
}

// A track that is gone, or that somebody else owns now.
export const forget = (play) => placeOf(play) >= 0 && remove(placeOf(play));

function following() {
  if (state.at + 1 < state.entries.length) return state.at + 1;
  return state.repeat === "all" && state.entries.length ? 0 : -1;
}

export const next = () => state.entries[following()];
export const hasPrevious = () => state.at > 0;

export function go(place) {
  if (place < 0 || place >= state.entries.length) return undefined;
  state.at = place;
  changed();
  return current();
}

export const goNext = () => go(following());
export const goBack = () => go(state.at - 1);

export function setRepeat(value) {
  state.repeat = value;
  changed();
}

// Neighbours of one album, of which the one at `place` is one: they keep their differences in loudness.
export function albumAround(place) {
  const { album } = state.entries[place] ?? {};
  if (!album) return state.entries.slice(place, place + 1);
  const same = (entry) => entry?.album === album;
  let [first, last] = [place, place];
  while (same(state.entries[first - 1])) first -= 1;
  while (same(state.entries[last + 1])) last += 1;
  return state.entries.slice(first, last + 1);
}

// —— shuffling: by the server where the queue is a whole list, else here ——

export function toggleShuffle() {
  state.shuffled = !state.shuffled;
  if (state.shuffled) shuffle();
  else unshuffle();
}

async function shuffle() {
  const playing = current();
  state.unshuffled = { entries: state.entries, source: state.source };
  const [own, others] = [linedUp(), state.entries.slice(state.at + 1).filter(({ own: mine }) => !mine)];
  const seed = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  let [rest, source] = [mixed(others), state.source];
  if (source) {
    const part = await ask(source.query, 0, seed);
    if (part) [rest, source] = [part.tracks.map(entryFrom), { query: source.query, after: part.after, seed }];
  }
  if (current() !== playing || !state.shuffled) return; // another list was begun meanwhile
  state.source = source;
  state.entries = [playing, ...own, ...rest.filter(({ play }) => play !== playing?.play)].filter(Boolean);
  state.at = playing ? 0 : -1;
  changed();
}

function unshuffle() {
  const playing = current();
  if (state.unshuffled) {
    const added = linedUp();
    const { entries: before, source } = state.unshuffled;
    const place = before.findIndex(({ play }) => play === playing?.play);
    const rest = before.filter(({ own }) => !own);
    state.entries = place >= 0 ? rest : [playing, ...rest].filter(Boolean);
    state.source = source;
    state.at = Math.max(0, state.entries.findIndex(({ play }) => play === playing?.play));
    state.entries.splice(state.at + 1, 0, ...added);
    state.unshuffled = null;
  }
  changed();
}

function mixed(list) {
  const made = [...list];
  for (let last = made.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [made[last], made[other]] = [made[other], made[last]];
  }
  return made;
}

async function ask(query, start, seed) {
  const params = new URLSearchParams(query);
  params.set("start", start);
  if (seed) params.set("seed", seed);
  try {
    const answer = await fetch(`${bar.dataset.queue}?${params}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no network: what is there plays on, and the next change asks again
  }
}

async function extend() {
  const { source } = state;
  if (asking || source?.after == null || state.entries.length - state.at > FEW) return;
  asking = true;
  const part = await ask(source.query, source.after, source.seed);
  asking = false;
  if (!part || state.source !== source) return;
  const known = new Set(state.entries.map(({ play }) => play));
  state.source = { ...source, after: part.after };
  state.entries.push(...part.tracks.map(entryFrom).filter(({ play }) => !known.has(play)));
  changed();
}

document.addEventListener("submit", ({ target }) => {
  if (target.action === bar?.dataset.signOut) localStorage.removeItem(KEEP);
});
