// From the microphone to an upload: what was heard goes the way of every file.
import { clock } from "./clock.js";
import { whenPresent } from "./ready.js";
import { chosenIn } from "./carried.js";
import { add } from "./uploads.js";

// Safari records MP4, the others WebM.
const KINDS = [["audio/webm", "webm"], ["audio/mp4", "m4a"], ["audio/ogg", "ogg"]];
const REASONS = { NotAllowedError: "refused", NotFoundError: "none" };

const kind = () => KINDS.find(([type]) => MediaRecorder.isTypeSupported(type));

function fileName(words, suffix) {
  const now = new Date();
  const moment = new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  return `${words} ${moment.replace("T", " ").replaceAll(":", ".")}.${suffix}`;
}

class Recorder {
  constructor(element) {
    this.element = element;
    [this.button, this.time, this.said] = ["button", "output", "[role=status]"].map((part) => element.querySelector(part));
    this.label = element.querySelector(".label");
    this.idle = this.label.textContent;
    this.button.addEventListener("click", () => (this.recorder ? this.recorder.stop() : this.#begin()));
  }

  async #begin() {
    this.said.textContent = "";
    if (!navigator.mediaDevices || !window.MediaRecorder) return this.#say("unable");
    try {
      this.#record(await navigator.mediaDevices.getUserMedia({ audio: true }));
    } catch (error) {
      this.#say(REASONS[error.name] ?? "failed");
    }
  }

  #record(stream) {
    const [type, suffix] = kind();
    const parts = [];
    this.recorder = new MediaRecorder(stream, { mimeType: type });
    this.recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    this.recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      this.#end();
      add(chosenIn([new File(parts, fileName(this.element.dataset.name, suffix), { type })]));
    });
    this.recorder.start();
    this.#show(performance.now());
  }

  #show(began) {
    this.label.textContent = this.element.dataset.stop;
    const tick = () => {
      this.time.textContent = `${this.element.dataset.recording} ${clock((performance.now() - began) / 1000)}`;
      // Another page: a microphone nobody can see must not stay open.
      if (!this.element.isConnected) this.recorder.stop();
    };
    tick();
    this.timer = setInterval(tick, 500);
  }

  #end() {
    clearInterval(this.timer);
    this.recorder = null;
    this.label.textContent = this.idle;
    this.time.textContent = "";
  }

  #say(reason) {
    this.said.textContent = this.element.dataset[reason];
  }
}

whenPresent(".record", (element) => new Recorder(element));
