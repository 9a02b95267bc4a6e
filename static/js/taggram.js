// One thin row a tag, time from left to right, coloured by score. Within a row the colour changes in
// lightness only, so it reads the same to the colour-blind and in both themes; its hue is the group's.
import { cellsOf } from "./cells.js";
import { clock } from "./clock.js";

const HEIGHT = 14;

// What the model heard of the tag of a row over time, by the surest of its raw labels.
function tagOf(row, columns, data) {
  const scores = data.segments.map((segment) => (segment.silent ? 0 : Math.max(...columns.map((at) => segment.scores[at]))));
  return {
    name: row.dataset.tag,
    group: [...row.classList].find((name) => name.startsWith("g-")),
    score: row.querySelector(".score")?.textContent ?? "",
    inPlaces: !row.matches(".sure"),
    passages: [...row.querySelectorAll(".passages [data-from]")].map(({ dataset }) => [dataset.from, dataset.until].map(Number)),
    scores,
    peak: scores.reduce((most, score) => Math.max(most, score)),
  };
}

// Those of the page that the model knows: of another there is nothing over time.
function tagsOf(selector, data) {
  return [...document.querySelectorAll(`#tags ${selector}`)].flatMap((row) => {
    const labels = row.dataset.labels.split("|");
    const columns = data.scores.flatMap(({ tag }, at) => (labels.includes(tag) ? [at] : []));
    return columns.length ? [tagOf(row, columns, data)] : [];
  });
}

// What is sure of the whole track, then what is so only of parts of it, the surest first.
function shownTags(data) {
  const passing = tagsOf("#less-certain [data-in-places]", data).sort((one, other) => other.peak - one.peak);
  return [...tagsOf(".tag-row.sure", data), ...passing];
}

const pixels = (canvas) => Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));

function paint(canvas, cells, total) {
  const width = pixels(canvas);
  canvas.width = width;
  canvas.height = HEIGHT * devicePixelRatio;
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(canvas).color;
  for (const { start, end, score } of cells) {
    pen.globalAlpha = Math.sqrt(score); // low scores stay visible
    const [left, right] = [start, end].map((seconds) => Math.round((seconds / total) * width));
    pen.fillRect(left, 0, Math.max(1, right - left), canvas.height);
  }
}

class Row {
  constructor(tag, data, total, onSeek) {
    this.total = total;
    this.scores = tag.scores;
    this.starts = data.segments.map(({ start }) => start);
    this.element = document.createElement("div");
    this.element.className = `taggram-row ${tag.group}${tag.inPlaces ? " in-places" : ""}`;
    this.element.append(this.#label(tag, onSeek), this.#canvas(tag, onSeek), ...tag.passages.map((ends) => this.#mark(ends)));
  }

  // Where the tag is one of the track, if not of the whole of it.
  #mark([from, until]) {
    const mark = document.createElement("div");
    mark.className = "passage";
    mark.style.left = `${(from / this.total) * 100}%`;
    mark.style.width = `${(Math.min(until, this.total) / this.total - from / this.total) * 100}%`;
    return mark;
  }

  // The name is a button for the keyboard: it plays the strongest moment.
  #label(tag, onSeek) {
    const best = this.starts[this.scores.indexOf(tag.peak)];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = tag.name;
    button.title = `${tag.name} ${tag.score}, ${document.getElementById("taggram").dataset.template}, ${clock(best)}`;
    button.addEventListener("click", () => onSeek(best));
    return button;
  }

  #canvas(tag, onSeek) {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    const secondsAt = (event) => (event.offsetX / this.canvas.clientWidth) * this.total;
    const cellAt = (seconds) => this.cells.find(({ end }) => seconds < end) ?? this.cells.at(-1);
    this.canvas.addEventListener("click", (event) => {
      const { merged, best } = cellAt(secondsAt(event));
      onSeek(merged ? best : secondsAt(event));
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const { best, score } = cellAt(secondsAt(event));
      this.canvas.title = `${tag.name} · ${clock(best)} · ${Math.round(score * 100)}\u00a0%`;
    });
    return this.canvas;
  }

  redraw() {
    this.cells = cellsOf(this.scores, this.starts, this.total, pixels(this.canvas));
    paint(this.canvas, this.cells, this.total);
  }
}

// Where nothing sounds the model has nothing to say: marked across all rows.
function silences(data, total, word) {
  const marks = [];
  let last = null;
  for (const { start, end, silent } of data.segments) {
    if (!silent) last = null;
    else if (last) last.end = end;
    else marks.push((last = { start, end }));
  }
  return marks.map(({ start, end }) => {
    const mark = document.createElement("div");
    mark.className = "taggram-silence";
    mark.title = `${word} ${clock(start)}–${clock(Math.min(end, total))}`;
    mark.style.left = `${(start / total) * 100}%`;
    mark.style.width = `${((Math.min(end, total) - start) / total) * 100}%`;
    return mark;
  });
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
    const silent = rows.length ? silences(data, total, holder.dataset.silence) : [];
    holder.replaceChildren(...rows.map(({ element }) => element), ...silent, line);
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
