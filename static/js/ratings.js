// Stars of a list: a click on them, or 0–5 on the row that has the focus. They show at once; where
// the server says no, everything is as it was and a sentence says why.
import { cause, sentence } from "./causes.js";
import { token } from "./csrf.js";
import { note, say } from "./list_note.js";
import { addressOf, entryOf, idOf } from "./player/queue.js";

function show(cell, { stars, own, label }) {
  cell.dataset.stars = stars;
  cell.classList.toggle("own", own);
  cell.setAttribute("aria-label", label);
  cell.title = label;
}

const state = (cell) => cell && { stars: cell.dataset.stars, own: cell.classList.contains("own"), label: cell.title };
const words = (stars) => (stars === 1 ? note().dataset.one : note().dataset.many.replace("{n}", stars));

async function send(address, stars) {
  const how = stars ? { method: "PUT", body: JSON.stringify({ stars }) } : { method: "DELETE" };
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
  const answer = await fetch(address, { ...how, headers }).catch(() => null);
  return answer?.status ?? 0;
}

export async function rate(row, stars) {
  const button = row.querySelector("button[data-play]");
  const cell = row.querySelector(".stars");
  const before = state(cell);
  if (cell) show(cell, { stars, own: stars > 0, label: stars ? words(stars) : note().dataset.none });
  const status = await send(addressOf("rating", idOf(entryOf(button))), stars);
  if (status === 200 || status === 204) return say(`${button.dataset.title}: ${stars ? words(stars) : note().dataset.none}`);
  if (cell) show(cell, before);
  return say(sentence(cause(status)));
}

document.addEventListener("click", (event) => {
  const cell = event.target.closest(".track .stars");
  if (!cell) return;
  const { left, width } = cell.getBoundingClientRect();
  const stars = Math.max(1, Math.min(5, Math.ceil(((event.clientX - left) / width) * 5)));
  // The same again takes it back.
  rate(cell.closest(".track"), cell.classList.contains("own") && stars === Number(cell.dataset.stars) ? 0 : stars);
});
