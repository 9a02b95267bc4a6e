// One total of all that goes up, on every page: how many of how many, how long yet, and what to do
// about those that failed.
const part = (name) => document.getElementById(`tray-${name}`);
const tray = document.getElementById("tray");
const MOST_SURE = 0.98; // of a file that the server is still looking into
const WINDOW = 20_000; // milliseconds by which the speed is told

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const sent = (row) => (row.hasEnded ? 1 : Math.min(MOST_SURE, row.share));
// A file takes a while however small it is.
const weight = (row) => row.file.size + 50_000;

export class Tray {
  constructor({ cancel, retry, clear }) {
    this.words = tray.dataset;
    this.passedOver = 0;
    this.restart();
    part("cancel").addEventListener("click", cancel);
    part("retry").addEventListener("click", retry);
    part("close").addEventListener("click", () => {
      clear();
      this.restart();
      this.passedOver = 0;
      tray.hidden = true;
    });
  }

  restart() {
    this.marks = []; // [time, weight sent until then]
  }

  get list() { return part("list"); }

  show(rows) {
    const all = rows.length;
    tray.hidden = !all && !this.passedOver;
    if (tray.hidden) return;
    const values = { all, done: rows.filter((row) => row.hasArrived).length, failed: rows.filter((row) => row.isStuck).length };
    const open = rows.some((row) => row.isOpen);
    this.#count(values, open);
    this.#bar(rows);
    part("left").textContent = open ? this.#left() : "";
    part("note").textContent = this.passedOver ? fill(this.words.passedOver, { n: this.passedOver }) : "";
    part("cancel").hidden = !open;
    part("close").hidden = open;
    part("retry").hidden = !rows.some((row) => row.canRetry);
    part("files").hidden = !part("list").children.length;
  }

  #count(values, open) {
    const kind = values.failed && !open ? "some" : values.done < values.all || open ? "of" : "done";
    const words = values.all ? fill(this.words[kind], values) : "";
    // Read out when it changes, not with each byte.
    if (part("count").textContent !== words) part("count").textContent = words;
  }

  #bar(rows) {
    const total = rows.reduce((sum, row) => sum + weight(row), 0);
    this.sent = rows.reduce((sum, row) => sum + weight(row) * sent(row), 0);
    this.total = total;
    part("bar").hidden = !rows.length;
    part("bar").value = total ? this.sent / total : 0;
  }

  #left() {
    const now = performance.now();
    this.marks.push([now, this.sent]);
    while (this.marks.length > 2 && now - this.marks[0][0] > WINDOW) this.marks.shift();
    const [[began, before]] = this.marks;
    const speed = (this.sent - before) / (now - began);
    if (!(speed > 0) || now - began < 1000) return "";
    return `· ${this.#time((this.total - this.sent) / speed / 1000)}`;
  }

  #time(seconds) {
    if (seconds < 20) return this.words.seconds;
    if (seconds < 90) return this.words.minute;
    return seconds < 3600 ? fill(this.words.minutes, { n: Math.round(seconds / 60) }) : this.words.hours;
  }
}
