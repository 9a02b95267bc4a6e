// One thin row a tag, time from left to right, coloured by score. The colour scale changes in
// lightness only, so it reads the same to the colour-blind and in both themes.
import { clock } from "./clock.js";

const HEIGHT = 12;
// A tag that is not sure of the whole is shown when some moment scores this much.
const PASSING = 0.35;
const MOST_PASSING = 6;

// Rows of the page with the model's raw labels behind each.
function tagsOf(selector) {
  return [...document.querySelectorAll(`#tags ${selector}`)].map((row) => ({
    name: row.dataset.tag,
    labels: row.dataset.labels.split("|"),
    score: row.querySelector(".score")?.textContent ?? "",
    inPlaces: !row.matches(".sure"),
  }));
}

// What is sure of the whole track, then what is so only of parts of it, the surest first.
function shownTags(data) {
  const peak = (tag) => Math.max(...scoresOf(tag, data));
  const passing = tagsOf("#less-certain .tag-row")
    .filter((tag) => peak(tag) >= Math.max(PASSING, thresholdOf(tag, data)))
    .sort((one, other) => peak(other) - peak(one));
  return [...tagsOf(".tag-row.sure"), ...passing.slice(0, MOST_PASSING)];
}

const thresholdOf = (tag, data) => Math.min(
  ...data.scores.filter(({ tag: raw }) => tag.labels.includes(raw)).map(({ threshold }) => threshold),
);

function scoresOf(tag, data) {
  const columns = tag.labels.map((label) => data.scores.findIndex(({ tag: raw }) => raw === label)).filter((at) => at >= 0);
  return data.segments.map((segment) => Math.max(...columns.map((at) => segment.scores[at])));
}

function paint(canvas, track, total) {
  const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  canvas.width = width;
  canvas.height = HEIGHT * devicePixelRatio;
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(canvas).color;
  for (const { start, end, score } of track) {
    pen.globalAlpha = Math.sqrt(score); // low scores stay visible
    const [left, right] = [start, end].map((seconds) => Math.round((seconds / total) * width));
    pen.fillRect(left, 0, Math.max(1, right - left), canvas.height);
  }
}

class Row {
  constructor(tag, data, total, onSeek) {
    this.total = total;
    this.track = scoresOf(tag, data).map((score, at) => ({
      start: data.segments[at].start,
      end: Math.min(data.segments[at].end, total),
      score,
    }));
    this.element = document.createElement("div");
    this.element.className = tag.inPlaces ? "taggram-row in-places" : "taggram-row";
    this.element.append(this.#label(tag, onSeek), this.#canvas(tag, onSeek));
  }

  // The name is a button for the keyboard: it plays the strongest moment.
  #label(tag, onSeek) {
    const best = this.track.reduce((top, segment) => (segment.score > top.score ? segment : top));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = tag.name;
    button.title = `${tag.name} ${tag.score}, ${document.getElementById("taggram").dataset.template}, ${clock(best.start)}`;
    button.addEventListener("click", () => onSeek(best.start));
    return button;
  }

  #canvas(tag, onSeek) {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    const secondsAt = (event) => (event.offsetX / this.canvas.clientWidth) * this.total;
    this.canvas.addEventListener("click", (event) => onSeek(secondsAt(event)));
    this.canvas.addEventListener("pointermove", (event) => {
      const seconds = secondsAt(event);
      const segment = this.track.find(({ end }) => seconds < end) ?? this.track.at(-1);
      this.canvas.title = `${tag.name} · ${clock(segment.start)} · ${Math.round(segment.score * 100)}\u00a0%`;
    });
    return this.canvas;
  }

  redraw() {
    paint(this.canvas, this.track, this.total);
  }
}

export async function drawTaggram(deck, address, total, onSeek) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const data = await answer.json();
  const holder = deck.querySelector("#taggram");
  const line = document.createElement("div");
  line.className = "taggram-line";
  let rows = [];
  const redraw = () => rows.forEach((row) => row.redraw());
  const build = () => {
    rows = shownTags(data).map((tag) => new Row(tag, data, total, onSeek));
    holder.replaceChildren(...rows.map(({ element }) => element), line);
    deck.querySelector("#taggram-hint").hidden = !rows.length;
    redraw();
  };
  build();
  const resized = new ResizeObserver(redraw);
  resized.observe(holder);
  const judged = ({ target }) => target.closest("#track-tags") && build(); // other tags are shown
  document.addEventListener("htmx:afterSettle", judged);
  return {
    moveTo: (seconds) => line.style.setProperty("--at", String(seconds / total || 0)),
    redraw,
    close: () => {
      resized.disconnect();
      document.removeEventListener("htmx:afterSettle", judged);
    },
  };
}
