// The seconds a question is about, in the middle of those around them: the waveform above, below it
// how sure the model was of the tag. A click plays from there.
import { sound } from "./moments.js";
import { currentTime, playFrom, plays } from "./player.js";
import { whenPresent } from "./ready.js";

const AROUND = 10; // seconds before and behind
const LANE = 22;

const colour = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();
const answerOf = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
};

class Telling {
  constructor(question) {
    this.question = question;
    this.canvas = question.querySelector("canvas.telling");
    const { duration, from, until } = question.dataset;
    [this.total, this.from, this.until] = [Number(duration), Number(from), Math.min(Number(until), Number(duration))];
    this.left = Math.max(0, this.from - AROUND);
    this.right = Math.min(this.total, this.until + AROUND);
    this.moved = () => this.draw();
    this.resized = new ResizeObserver(this.moved);
  }

  async open() {
    const { peaks, scores, labels } = this.question.dataset;
    const [wave, heard] = await Promise.all([answerOf(peaks), answerOf(scores)]);
    this.peaks = wave.peaks;
    const names = labels.split("|");
    const columns = heard.scores.flatMap(({ tag }, at) => (names.includes(tag) ? [at] : []));
    this.segments = heard.segments.map(({ start, scores: row }) => [start, Math.max(0, ...columns.map((at) => row[at]))]);
    this.hop = heard.hop_seconds;
    this.canvas.addEventListener("click", ({ offsetX }) => {
      playFrom(sound(this.question), this.left + (offsetX / this.canvas.clientWidth) * (this.right - this.left));
    });
    for (const name of ["player-moved", "theme-changed"]) document.addEventListener(name, this.moved);
    this.resized.observe(this.canvas);
  }

  draw() {
    if (!this.canvas.isConnected) return this.close();
    const scale = devicePixelRatio;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    [this.canvas.width, this.canvas.height] = [width * scale, height * scale];
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    this.at = (seconds) => ((seconds - this.left) / (this.right - this.left)) * width;
    this.#ground(pen, height);
    this.#wave(pen, width, height - LANE - 8);
    this.#lane(pen, height);
    this.#line(pen, height);
  }

  #ground(pen, height) {
    pen.fillStyle = colour(this.canvas, "--accent-soft");
    pen.beginPath();
    pen.roundRect(this.at(this.from), 0, this.at(this.until) - this.at(this.from), height, 6);
    pen.fill();
  }

  #wave(pen, width, height) {
    const [strong, weak] = [colour(this.canvas, "--g"), colour(this.canvas, "--wave")];
    const count = this.peaks.length / 2;
    for (let x = 0; x < width; x += 3) {
      const seconds = this.left + (x / width) * (this.right - this.left);
      const place = Math.min(count - 1, Math.floor((seconds / this.total) * count));
      const size = Math.max(1, ((this.peaks[2 * place + 1] - this.peaks[2 * place]) / 254) * height);
      pen.fillStyle = seconds >= this.from && seconds < this.until ? strong : weak;
      pen.fillRect(x, (height - size) / 2, 2, size);
    }
  }

  #lane(pen, height) {
    pen.fillStyle = colour(this.canvas, "--g");
    for (const [start, score] of this.segments) {
      if (start + this.hop < this.left || start > this.right) continue;
      pen.globalAlpha = Math.sqrt(score);
      pen.fillRect(this.at(start), height - LANE, this.at(start + this.hop) - this.at(start) - 1, LANE);
    }
    pen.globalAlpha = 1;
  }

  #line(pen, height) {
    const now = currentTime();
    if (!plays(this.question.dataset.source) || now < this.left || now > this.right) return;
    pen.fillStyle = colour(this.canvas, "--ink");
    pen.fillRect(this.at(now), 0, 2, height);
  }

  close() {
    for (const name of ["player-moved", "theme-changed"]) document.removeEventListener(name, this.moved);
    this.resized.disconnect();
  }
}

whenPresent("#question", (question) => new Telling(question).open());
