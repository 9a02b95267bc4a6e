// What a key has done to a track of a list, said for a moment at the foot of the window.
const SHOWN = 3000; // ms
export const note = () => document.getElementById("list-note");
let waiting = 0;

export function say(words) {
  if (!note()) return;
  clearTimeout(waiting);
  note().textContent = words;
  waiting = setTimeout(() => { if (note()) note().textContent = ""; }, SHOWN);
}
