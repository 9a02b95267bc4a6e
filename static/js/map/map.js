// The map of the library: point at a track to see what it is, click or press Enter to open it; drag,
// wheel, pinch and keys move about. With Shift, or the button, a drag goes around tracks, to be played
// or listed. The legend lights one colour up.
import { jsonOf } from "../asked.js";
import { playList, entryFrom } from "../player/queue.js";
import { playCurrent } from "../player.js";
import { whenPresent } from "../ready.js";
import { Pixels } from "./pixels.js";
import { Points } from "./points.js";
import { MapView } from "./view.js";

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const ZOOM = 1.5;
const STILL = 120; // ms that a hand rests on a point before its card is asked for
const CORNERS = 40; // of the line around tracks, as an address holds them
const SAMPLE_ID = "00000000-0000-0000-0000-000000000000";

class LibraryMap {
  constructor(element) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.card = element.querySelector(".map-card");
    this.cards = new Map(); // id → promise of the card's HTML
    this.fingers = new Map();
    this.moved = 0;
    this.line = null; // corners of the line being drawn, on the screen
    this.regions = [];
  }

  async open() {
    const answer = await fetch(this.element.dataset.points).catch(() => null);
    if (!answer?.ok) return this.complain(this.element.dataset.failed);
    this.points = new Points(await answer.json());
    this.view = new MapView(this.canvas, this.points);
    this.pixels = new Pixels(this.canvas);
    this.legend();
    this.listen();
    const { empty, part } = this.element.dataset;
    const { count, total } = this.points;
    if (!total) this.complain(empty);
    else if (count < total) this.complain(part.replace("{n}", count).replace("{total}", total));
    this.element.dataset.drawn = count;
    return this.nameRegions();
  }

  async nameRegions() {
    const answer = await fetch(this.element.dataset.regions).catch(() => null);
    if (!answer?.ok) return;
    const holder = this.element.querySelector(".map-regions");
    this.regions = (await answer.json()).regions.map(([name, x, y]) => ({ x, y, label: Object.assign(document.createElement("span"), { textContent: name }) }));
    holder.replaceChildren(...this.regions.map(({ label }) => label));
    this.redraw();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerleave", () => this.leave());
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.up(event));
    this.lassoButton = this.element.querySelector("button[value=lasso]");
    this.element.querySelector(".map-zoom").addEventListener("click", ({ target }) => this.zoom(target.closest("button")?.value));
    this.element.querySelector(".map-chosen").addEventListener("click", ({ target }) => this.act(target.closest("button")?.value));
    new ResizeObserver(() => this.redraw()).observe(canvas);
    document.addEventListener("theme-changed", () => {
      if (!canvas.isConnected) return;
      this.pixels.readColours();
      this.redraw();
    });
  }

  // Once a frame, however often something has changed.
  redraw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.draw();
    });
  }

  draw() {
    const { view, pixels } = this;
    const began = performance.now();
    pixels.draw(view);
    if (this.line) pixels.around(this.line);
    else if (this.around && view.chosen) pixels.around(this.around.map(([x, y]) => view.toScreen(x, y)));
    if (view.spot >= 0) pixels.ring(...view.placeOf(view.spot), view.radius + 4);
    for (const { x, y, label } of this.regions) {
      const [left, top] = view.toScreen(x, y);
      label.hidden = left < 0 || top < 0 || left > this.canvas.clientWidth || top > this.canvas.clientHeight;
      label.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
    }
    performance.measure("map", { start: began, end: performance.now() });
  }

  legend() {
    const { tags, isScale, low, high } = this.points;
    const list = document.getElementById("map-legend");
    if (isScale) {
      const ends = high === 1 && low === 0 ? ["0\u00a0%", "100\u00a0%"] : [Math.round(low), Math.round(high)];
      const item = document.createElement("li");
      const bar = Object.assign(document.createElement("span"), { className: "map-ramp" });
      item.className = "map-scale";
      item.append(ends[0], bar, ends[1]);
      list.replaceChildren(item, this.#light(this.element.dataset.none, -1));
    } else list.replaceChildren(...[...tags.map((name, at) => [name, at]), [this.element.dataset.none, -1]].map(([name, at]) => this.#light(name, at)));
  }

  #light(name, at) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `small swatch-${at + 1}`;
    button.textContent = name;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      this.view.lit = this.view.lit === at ? null : at;
      for (const other of button.closest("ul").querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === button && this.view.lit === at));
      }
      this.redraw();
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  say(words) {
    document.getElementById("map-spot").textContent = words;
  }

  complain(words) {
    this.say(words);
    document.getElementById("map-spot").classList.remove("visually-hidden");
  }

  spot(at, { now = false } = {}) {
    if (at === this.view.spot) return;
    this.view.spot = at;
    this.canvas.style.cursor = at >= 0 ? "pointer" : "";
    clearTimeout(this.resting);
    if (at < 0) this.resting = setTimeout(() => this.hideCard(), 300); // the hand may be on its way to the card
    else this.resting = setTimeout(() => this.showCard(at), now ? 0 : STILL);
    this.redraw();
  }

  #card(id) {
    if (!this.cards.has(id)) this.cards.set(id, fetch(this.element.dataset.card.replace(SAMPLE_ID, id)).then((got) => (got.ok ? got.text() : ""), () => ""));
    return this.cards.get(id);
  }

  async showCard(at) {
    const html = await this.#card(this.points.id(at));
    if (this.view.spot !== at || !html) return;
    // Our own template's; it has no script that would run.
    this.card.innerHTML = html;
    this.card.hidden = false;
    htmx.process(this.card);
    htmx.trigger(this.card, "htmx:load", { elt: this.card });
    const words = [".title", ".artist"].map((part) => this.card.querySelector(part)?.textContent.trim());
    this.say(words.filter(Boolean).join(" · "));
    const [left, top] = this.view.placeOf(at);
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const room = this.canvas.clientWidth;
    this.card.style.left = `${Math.max(4, left + 16 + width > room ? left - width - 16 : left + 16)}px`;
    this.card.style.top = `${Math.max(4, Math.min(top - 20, this.canvas.clientHeight - height - 4))}px`;
  }

  hideCard() {
    if (this.card.matches(":hover, :focus-within")) return;
    this.card.hidden = true;
    this.say("");
  }

  leave() {
    if (!this.fingers.size) this.spot(-1);
  }

  openTrack(at) {
    const link = document.createElement("a");
    link.href = this.element.dataset.track.replace(SAMPLE_ID, this.points.id(at));
    this.element.append(link);
    htmx.process(link);
    link.click();
  }

  // Around the track that is pointed at, where one is.
  zoom(way) {
    if (way === "lasso") return this.lasso(this.lassoButton.getAttribute("aria-pressed") !== "true");
    if (this.view.spot >= 0) [this.view.x, this.view.y] = [this.points.x[this.view.spot], this.points.y[this.view.spot]];
    if (way === "in") this.view.zoomAt(ZOOM);
    else if (way === "out") this.view.zoomAt(1 / ZOOM);
    else if (way === "all") this.view.showAll();
    this.card.hidden = true;
    return this.redraw();
  }

  lasso(on) {
    this.lassoButton.setAttribute("aria-pressed", String(on));
    this.element.classList.toggle("goes-around", on);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ways = { "+": "in", "=": "in", "-": "out", 0: "all" };
    if (STEPS[event.key]) {
      const at = this.view.next(...STEPS[event.key]);
      if (at >= 0) this.view.reveal(at);
      this.spot(at >= 0 ? at : this.view.spot, { now: true });
      this.redraw();
    } else if (event.key === "Enter" && this.view.spot >= 0) this.openTrack(this.view.spot);
    else if (event.key === " ") this.card.querySelector("button[data-play]")?.click();
    else if (event.key === "Escape") this.act("drop");
    else if (ways[event.key]) this.zoom(ways[event.key]);
    else return;
    event.preventDefault();
  }

  wheel(event) {
    event.preventDefault();
    this.view.zoomAt(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
    this.card.hidden = true;
    this.redraw();
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.moved = 0;
    if (event.shiftKey || this.element.classList.contains("goes-around")) this.line = [[event.offsetX, event.offsetY]];
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    const now = [event.offsetX, event.offsetY];
    if (!before) return this.spot(this.view.at(...now));
    this.fingers.set(event.pointerId, now);
    const [right, down] = [now[0] - before[0], now[1] - before[1]];
    this.moved += Math.hypot(right, down);
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (this.line) this.line.push(now);
    else if (other) this.#pinch(before, now, other);
    else this.view.pan(right, down);
    if (this.moved > 4) this.card.hidden = true;
    return this.redraw();
  }

  #pinch(before, now, other) {
    const apart = ([left, top]) => Math.hypot(left - other[0], top - other[1]) || 1;
    this.view.zoomAt(apart(now) / apart(before), ...other);
  }

  up(event) {
    this.fingers.delete(event.pointerId);
    if (this.line && this.moved > 4) return this.goneAround();
    this.line = null;
    if (event.type !== "pointerup" || this.moved > 4) return undefined;
    const at = this.view.at(event.offsetX, event.offsetY, event.pointerType === "touch" ? 20 : 12);
    // A finger has no hover: its first touch shows the track's card, its second opens it.
    if (at >= 0 && (event.pointerType !== "touch" || at === this.view.spot)) return this.openTrack(at);
    return this.spot(at, { now: true });
  }

  goneAround() {
    const step = Math.max(1, Math.ceil(this.line.length / CORNERS));
    this.around = this.line.filter((_, at) => at % step === 0).map(([left, top]) => this.view.toMap(left, top));
    this.line = null;
    this.lasso(false);
    this.choose(this.view.choose(this.around));
  }

  choose(count) {
    const bar = this.element.querySelector(".map-chosen");
    const { one, many } = this.element.dataset;
    bar.hidden = !count;
    bar.querySelector("output").textContent = count === 1 ? one : many.replace("{n}", count);
    this.redraw();
  }

  // The map's own conditions, and the part of it that has been gone around.
  get query() {
    const params = new URLSearchParams(location.search);
    for (const name of ["colour", "colour_tag", "page"]) params.delete(name);
    const thousandths = (part) => Math.round(Math.max(-9, Math.min(9, part)) * 1000);
    params.set("area", this.around.flat().map(thousandths).join(","));
    return params;
  }

  async act(what) {
    if (what === "drop") {
      this.view.chosen = null;
      this.choose(0);
    } else if (what === "list") {
      const link = document.createElement("a");
      link.href = `${this.element.dataset.list}?${this.query}`;
      this.element.append(link);
      htmx.process(link);
      link.click();
    } else if (what === "play") {
      const query = String(this.query);
      const part = await jsonOf(`${document.getElementById("player").dataset.queue}?${query}`);
      if (!part?.tracks.length) return;
      const { tracks, after } = part;
      playList(tracks.map(entryFrom), 0, { query, after, seed: "" });
      playCurrent();
    }
  }
}

whenPresent("#map", (element) => new LibraryMap(element).open());
