// A file on its way to the server. Once it has arrived, the server's own row takes its place.
export class TransferRow {
  constructor(template, { file, path }, { retry, dismiss }) {
    this.words = template.dataset;
    this.file = file;
    this.path = path;
    this.share = 0;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#part(".file").textContent = file.name;
    this.#part(".path").textContent = path.split("/").slice(0, -1).join(" / ");
    this.#part(".retry").addEventListener("click", () => {
      this.waiting();
      retry();
    });
    this.#part(".cancel").addEventListener("click", () => {
      this.cancel();
      dismiss(this);
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
  get isStuck() { return ["failed", "paused", "refused"].includes(this.state); }
  get canRetry() { return ["failed", "paused"].includes(this.state); }
  get isCancelled() { return this.state === "cancelled"; }
  get hasArrived() { return Boolean(this.arrived) && this.state !== "refused"; }
  get hasEnded() { return Boolean(this.arrived) || this.state === "refused"; }

  waiting() {
    this.share = 0;
    this.stop = new AbortController();
    this.#show("waiting", this.words.waiting);
  }

  sending(share) {
    this.share = share;
    // All bytes are there: the server is looking into the file, for as long as it takes.
    const percent = Math.round(share * 100);
    this.#show("sending", share < 1 ? `${this.words.sending} ${percent}\u00a0%` : this.words.checking);
    if (share < 1) this.#part("progress").value = percent;
    else this.#part("progress").removeAttribute("value");
  }

  cancel() {
    this.state = "cancelled";
    this.stop.abort();
    this.element.remove();
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
    this.#part(".cancel").hidden = !this.isOpen;
    this.#part(".retry").hidden = !this.canRetry;
    this.#part(".dismiss").hidden = !this.isStuck;
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }
}
