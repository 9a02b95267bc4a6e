// The small waveform of the bar: the outline of what plays, under its slider.
import { addressOf, idOf } from "./queue.js";

const STEP = 3; // CSS pixels from one stroke to the next

export class BarWave {
  constructor(canvas) {
    this.canvas = canvas;
    this.shown = "";
    this.peaks = [];
    this.share = 0;
    new ResizeObserver(() => this.draw()).observe(canvas);
    document.addEventListener("theme-changed", () => this.draw());
  }

  async show(entry) {
    if (this.shown === entry?.play) return;
    this.shown = entry?.play;
    this.peaks = [];
    this.draw();
    // Before a track has been heard, and in the Trash, there is none.
    const answer = entry?.outlined ? await fetch(addressOf("peaks", idOf(entry))).catch(() => null) : null;
    if (!answer?.ok || this.shown !== entry.play) return;
    this.peaks = (await answer.json()).peaks;
    this.draw();
  }

  moveTo(share) {
    this.share = share;
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width) return;
    const style = getComputedStyle(this.canvas);
    this.canvas.width = width * devicePixelRatio;
    this.canvas.height = height * devicePixelRatio;
    const pen = this.canvas.getContext("2d");
    pen.scale(devicePixelRatio, devicePixelRatio);
    const [past, ahead] = ["--accent", "--wave"].map((name) => style.getPropertyValue(name).trim());
    const count = Math.max(1, Math.floor(width / STEP));
    for (let at = 0; at < count; at += 1) {
      const high = Math.max(2, this.#high(at, count) * height);
      pen.fillStyle = (at + 0.5) / count <= this.share ? past : ahead;
      pen.fillRect(at * STEP, (height - high) / 2, STEP - 1, high);
    }
  }

  // 0…1: the highest of the minima and maxima, in turns −127…127, of one stroke's time.
  #high(at, count) {
    const [from, to] = [at, at + 1].map((edge) => Math.floor((edge * this.peaks.length) / count));
    let most = 0;
    for (let one = from; one < to; one += 1) most = Math.max(most, Math.abs(this.peaks[one]));
    return most / 127;
  }
}
