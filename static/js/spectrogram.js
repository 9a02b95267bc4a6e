// The third lane: loudness by time and pitch. Drawn by a worker when somebody wants to see it, and
// coloured here, so that it follows the theme.
import { cause, sentence } from "./causes.js";
import { token } from "./csrf.js";

const GLANCE = 1000; // milliseconds
const OPEN = ["queued", "running"];
const READ = { willReadFrequently: true };
const pause = () => new Promise((resolve) => setTimeout(resolve, GLANCE));

// Returns once there is a picture: at once where there is one already.
async function drawn(address, wanted) {
  const asked = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token() } });
  if (asked.status === 204) return;
  if ([401, 403].includes(asked.status)) throw new Error(sentence(cause(asked.status)));
  let job = await asked.json();
  if (!asked.ok) throw new Error(job.detail);
  while (OPEN.includes(job.state) && wanted()) {
    await pause();
    job = await (await fetch(asked.headers.get("Location"))).json();
  }
  if (wanted() && job.state !== "succeeded") throw new Error(job.error?.detail ?? job.state);
}

async function fetched(address, wanted) {
  await drawn(address, wanted);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.blob();
}

// The shades of a picture, one byte a pixel.
async function shades(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const pen = canvas.getContext("2d", READ);
  pen.drawImage(bitmap, 0, 0);
  return pen.getImageData(0, 0, bitmap.width, bitmap.height);
}

function paint(canvas, picture) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  const pen = canvas.getContext("2d", READ);
  pen.fillStyle = getComputedStyle(canvas).color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  const coloured = new ImageData(picture.width, picture.height);
  for (let at = 0; at < picture.data.length; at += 4) {
    coloured.data.set([red, green, blue, picture.data[at]], at);
  }
  pen.putImageData(coloured, 0, 0);
}

export class Spectrogram {
  constructor(deck, total, onSeek) {
    this.lane = deck.querySelector("#spectrogram");
    this.button = deck.querySelector("#show-spectrogram");
    this.canvas = this.lane.querySelector("canvas");
    this.said = this.lane.querySelector("[role=status]");
    this.total = total;
    this.button.hidden = !this.button.dataset.source;
    this.button.addEventListener("click", () => this.#toggle());
    this.canvas.addEventListener("click", ({ offsetX }) => onSeek((offsetX / this.canvas.clientWidth) * total));
  }

  #toggle() {
    this.lane.hidden = !this.lane.hidden;
    this.button.setAttribute("aria-expanded", String(!this.lane.hidden));
    if (!this.lane.hidden && !this.picture && !this.busy) this.#open();
  }

  async #open() {
    const { drawing, failed } = this.lane.dataset;
    this.busy = true;
    this.said.textContent = drawing;
    try {
      this.picture = await shades(await fetched(this.button.dataset.source, () => this.lane.isConnected));
      this.said.textContent = "";
      this.lane.classList.add("drawn");
      this.redraw();
    } catch (error) {
      this.said.textContent = `${failed} ${error.message}`;
    } finally {
      this.busy = false;
    }
  }

  moveTo(seconds) {
    this.lane.style.setProperty("--at", String(seconds / this.total || 0));
  }

  redraw() {
    if (this.picture) paint(this.canvas, this.picture);
  }

  close() {} // nothing is held
}
