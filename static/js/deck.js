// The track page's own view of the player: waveform, slider and clock.
import { clock } from "./clock.js";
import { currentTime, duration, playFrom, plays } from "./player.js";
import { whenPresent } from "./ready.js";
import { Spectrogram } from "./spectrogram.js";
import { drawTaggram } from "./taggram.js";
import { drawWave } from "./wave.js";

class Deck {
  constructor(element) {
    this.element = element;
    this.button = element.querySelector("button[data-play]");
    this.slider = element.querySelector("#deck-position");
    this.time = element.querySelector("#deck-time");
    this.total = Number(this.button.dataset.duration);
    this.views = [];
    this.slider.addEventListener("input", () => this.playFrom(Number(this.slider.value)));
    this.moved = () => this.show();
    this.redraw = () => this.views.forEach((view) => view.redraw());
    document.addEventListener("player-moved", this.moved);
    document.addEventListener("theme-changed", this.redraw);
  }

  playFrom(seconds) {
    playFrom(this.button, seconds);
  }

  async open() {
    const { peaks, scores } = this.element.dataset;
    if (!peaks) return this.show();
    const seek = (seconds) => this.playFrom(seconds);
    const spectrogram = new Spectrogram(this.element, this.total, seek);
    const drawn = await Promise.allSettled([
      drawWave(this.element, peaks, this.total, seek),
      drawTaggram(this.element, scores, this.total, seek),
    ]);
    this.views = drawn.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
    this.views.push(spectrogram);
    drawn.filter(({ status }) => status === "rejected").forEach(({ reason }) => this.complain(reason));
    this.show();
  }

  complain(reason) {
    console.warn(reason);
    const note = document.createElement("p");
    note.className = "quiet";
    note.textContent = this.element.dataset.failed;
    this.element.append(note);
  }

  show() {
    if (!this.element.isConnected) return this.close();
    const here = plays(this.button.dataset.play);
    const now = here ? currentTime() : 0;
    const total = (here && duration()) || this.total;
    this.time.textContent = clock(now);
    this.slider.value = now;
    this.slider.setAttribute("aria-valuetext", `${clock(now)} ${this.slider.dataset.of} ${clock(total)}`);
    this.views.forEach((view) => view.moveTo(now));
  }

  close() {
    document.removeEventListener("player-moved", this.moved);
    document.removeEventListener("theme-changed", this.redraw);
    this.views.forEach((view) => view.close());
  }
}

whenPresent("#deck", (element) => new Deck(element).open());
