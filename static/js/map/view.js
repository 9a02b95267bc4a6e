// Which part of the map is seen, which of its points are meant, and which lies where. Points lie in
// −1…1 both ways.
import { NONE } from "./points.js";

const MOST_ZOOM = 200;
const [LARGEST, SMALLEST] = [4.5, 1.6]; // radius of a point in CSS pixels, of few and of very many
const FEW = 300;

export class MapView {
  constructor(canvas, points) {
    this.canvas = canvas;
    this.points = points;
    this.lit = null; // the one colour that is shown, or all
    this.chosen = null; // 1 for each point that has been gone around
    this.spot = -1; // the point under the hand
    this.showAll();
  }

  showAll() {
    [this.x, this.y, this.zoom] = [0, 0, 1];
  }

  get scale() {
    return (Math.min(this.canvas.clientWidth, this.canvas.clientHeight) / 2 - 12) * this.zoom;
  }

  // The more there are, the smaller they are; near by they are larger.
  get radius() {
    const many = LARGEST * (FEW / Math.max(FEW, this.points.count)) ** 0.2;
    return Math.min(7, Math.max(SMALLEST, many) * this.zoom ** 0.2);
  }

  toScreen(x, y) {
    return [this.canvas.clientWidth / 2 + (x - this.x) * this.scale, this.canvas.clientHeight / 2 - (y - this.y) * this.scale];
  }

  toMap(left, top) {
    return [this.x + (left - this.canvas.clientWidth / 2) / this.scale, this.y - (top - this.canvas.clientHeight / 2) / this.scale];
  }

  placeOf(at) {
    return this.toScreen(this.points.x[at], this.points.y[at]);
  }

  pan(right, down) {
    this.x -= right / this.scale;
    this.y += down / this.scale;
  }

  // What lies at (left, top) stays there.
  zoomAt(factor, left = this.canvas.clientWidth / 2, top = this.canvas.clientHeight / 2) {
    const [right, down] = [left - this.canvas.clientWidth / 2, top - this.canvas.clientHeight / 2];
    this.pan(-right, -down);
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor));
    this.pan(right, down);
  }

  get narrows() {
    return this.lit !== null || this.chosen !== null;
  }

  isMeant(at) {
    return (this.lit === null || (this.points.colours[at] === this.lit || (this.lit === -1 && this.points.colours[at] === NONE))) && (!this.chosen || this.chosen[at] === 1);
  }

  // The nearest within reach, or −1.
  at(left, top, reach = 12) {
    const [x, y] = this.toMap(left, top);
    const most = reach / this.scale;
    return this.#nearest((dx, dy) => {
      const distance = Math.hypot(dx, dy);
      return distance <= most ? distance : Infinity;
    }, x, y);
  }

  // The nearest one in a direction: what is aside counts double. The first is the one in the middle.
  next(right, up) {
    if (this.spot < 0) return this.#nearest((dx, dy) => Math.hypot(dx, dy), this.x, this.y);
    const from = this.spot;
    return this.#nearest((dx, dy, at) => {
      const ahead = dx * right + dy * up;
      const aside = Math.abs(dx * up - dy * right);
      return at !== from && ahead > aside / 4 && ahead > 0 ? ahead + 2 * aside : Infinity;
    }, this.points.x[from], this.points.y[from]);
  }

  #nearest(distance, x, y) {
    let [best, least] = [-1, Infinity];
    for (let at = 0; at < this.points.count; at += 1) {
      const far = distance(this.points.x[at] - x, this.points.y[at] - y, at);
      if (far < least && (!this.narrows || this.isMeant(at))) [best, least] = [at, far];
    }
    return best;
  }

  reveal(at) {
    const [left, top] = this.placeOf(at);
    const inside = left > 24 && top > 24 && left < this.canvas.clientWidth - 24 && top < this.canvas.clientHeight - 24;
    if (!inside) [this.x, this.y] = [this.points.x[at], this.points.y[at]];
  }

  // Those inside a line that has been drawn around them; how many.
  choose(corners) {
    this.chosen = null;
    if (corners.length < 3) return 0;
    const inside = new Uint8Array(this.points.count);
    let count = 0;
    for (let at = 0; at < this.points.count; at += 1) {
      if (this.isMeant(at) && holds(corners, this.points.x[at], this.points.y[at])) count += inside[at] = 1;
    }
    this.chosen = count ? inside : null;
    return count;
  }
}

// A ray to the right crosses the line an odd number of times.
function holds(corners, x, y) {
  let inside = false;
  for (let one = 0, other = corners.length - 1; one < corners.length; other = one, one += 1) {
    const [[x1, y1], [x2, y2]] = [corners[one], corners[other]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
