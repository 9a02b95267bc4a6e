// A file on its way to the server. Once it has arrived, the server's own row takes its place.
export class TransferRow {
  constructor(template, file, { retry, dismiss }) {
    this.words = template.dataset;
    this.file = file;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#part(".name").textContent = file.name;
    this.#part(".retry").addEventListener("click", () => {
      this.waiting();
      retry();
    });
    this.#part(".dismiss").addEventListener("click", () => {
      dismiss(this);
      this.element.remove();
    });
    this.waiting();
  }

  get isWaiting() { return this.state === "waiting"; }
  get isSending() { return this.state === "sending"; }
  get isPaused() { return this.state === "paused"; }
  get isOpen() { return this.isWaiting || this.isSending; }
  get hasArrived() { return this.arrived && this.state !== "refused"; }

  waiting() {
    this.#show("waiting", this.words.waiting);
  }

  sending(share) {
    // All bytes are there: the server is looking into the file.
    const percent = Math.round(share * 100);
    this.#show("sending", share < 1 ? `${this.words.sending} ${percent}\u00a0%` : this.words.checking);
    this.#part("progress").value = percent;
  }

  failed(reason) {
    this.#show("failed", reason);
  }

  paused(reason) {
    this.#show("paused", reason);
  }

  // The server lists what it has a part of; while it is on its way, this row speaks for it.
  begun(id) {
    this.uploadId = id;
    this.replaceUnfinished();
  }

  replaceUnfinished() {
    if (this.uploadId) document.getElementById(`unfinished-${this.uploadId}`)?.remove();
  }

  refuse(reason) {
    this.#show("refused", reason);
  }

  become(html) {
    const holder = document.createElement("ol");
    holder.innerHTML = html;
    const row = holder.firstElementChild;
    this.state = row.dataset.state ?? "ended";
    this.arrived = true;
    document.getElementById(row.id)?.remove();
    this.element.replaceWith(row);
    this.element = row;
    htmx.process(row);
  }

  #show(state, words) {
    this.state = state;
    this.element.dataset.state = state;
    this.#part(".words").textContent = words;
    this.#part("progress").hidden = state !== "sending";
    this.#part(".retry").hidden = !["failed", "paused"].includes(state);
    this.#part(".dismiss").hidden = !["failed", "paused", "refused"].includes(state);
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }
}
