// The map of the library: point at a track to read its name, click or press Enter to open it; drag,
// wheel, pinch and keys move about. The legend lights one tag up.
import { MapView } from "./map_view.js";
import { whenPresent } from "./ready.js";

const COLOURS = 7;
const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const ZOOM = 1.5;

class LibraryMap {
  constructor(element) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.view = new MapView(this.canvas);
    this.fingers = new Map();
    this.moved = 0;
  }

  async open() {
    const answer = await fetch(this.element.dataset.points);
    if (!answer.ok) return this.say(this.element.dataset.failed);
    const { tags, points, total } = await answer.json();
    this.view.points = points.map(([id, title, artist, x, y, tag]) => ({ id, title, artist, x, y, tag: tag < COLOURS ? tag : -1 }));
    this.legend(tags.slice(0, COLOURS));
    this.listen();
    const { empty, part } = this.element.dataset;
    if (!total) this.say(empty);
    else if (points.length < total) this.say(part.replace("{n}", points.length).replace("{total}", total));
    this.element.dataset.drawn = points.length;
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.up(event));
    this.element.querySelector(".map-zoom").addEventListener("click", ({ target }) => this.zoom(target.value));
    this.redraw = () => this.view.draw();
    new ResizeObserver(this.redraw).observe(canvas);
    document.addEventListener("theme-changed", () => canvas.isConnected && this.redraw());
  }

  legend(tags) {
    const names = [...tags.map((name, at) => [name, at]), [this.element.dataset.none, -1]];
    const list = document.getElementById("map-legend");
    list.replaceChildren(...names.map(([name, at]) => this.#light(name, at)));
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

  spot(point) {
    if (point === this.view.spot) return;
    this.view.spot = point;
    this.say(point ? [point.title, point.artist].filter(Boolean).join(" · ") : "");
    this.canvas.style.cursor = point ? "pointer" : "";
    this.redraw();
  }

  openTrack(point) {
    const link = document.createElement("a");
    link.href = `${this.element.dataset.track}${point.id}/`;
    this.element.append(link);
    htmx.process(link);
    link.click();
  }

  // Around the track that is pointed at, where one is.
  zoom(way) {
    if (this.view.spot) [this.view.x, this.view.y] = [this.view.spot.x, this.view.spot.y];
    if (way === "in") this.view.zoomAt(ZOOM);
    else if (way === "out") this.view.zoomAt(1 / ZOOM);
    else if (way === "all") this.view.showAll();
    this.redraw();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const ways = { "+": "in", "=": "in", "-": "out", 0: "all" };
    if (STEPS[event.key]) {
      const point = this.view.next(...STEPS[event.key]);
      if (point) this.view.reveal(point);
      this.spot(point ?? this.view.spot);
    } else if (event.key === "Enter" && this.view.spot) this.openTrack(this.view.spot);
    else if (ways[event.key]) this.zoom(ways[event.key]);
    else return;
    event.preventDefault();
  }

  wheel(event) {
    event.preventDefault();
    this.view.zoomAt(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
    this.redraw();
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.moved = 0;
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    const now = [event.offsetX, event.offsetY];
    if (!before) return this.spot(this.view.at(...now));
    this.fingers.set(event.pointerId, now);
    const [right, down] = [now[0] - before[0], now[1] - before[1]];
    this.moved += Math.hypot(right, down);
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#pinch(before, now, other);
    else this.view.pan(right, down);
    this.redraw();
  }

  #pinch(before, now, other) {
    const apart = ([left, top]) => Math.hypot(left - other[0], top - other[1]) || 1;
    this.view.zoomAt(apart(now) / apart(before), ...other);
  }

  up(event) {
    this.fingers.delete(event.pointerId);
    if (event.type !== "pointerup" || this.moved > 4) return;
    const point = this.view.at(event.offsetX, event.offsetY, event.pointerType === "touch" ? 20 : 12);
    // A finger has no hover: its first touch names the track, its second opens it.
    if (point && (event.pointerType !== "touch" || point === this.view.spot)) this.openTrack(point);
    else this.spot(point);
  }
}

whenPresent("#map", (element) => new LibraryMap(element).open());
