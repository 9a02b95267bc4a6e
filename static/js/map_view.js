// Which part of the map is seen, and the drawing of it. Points lie in −1…1 both ways.
const RADIUS = 3.5; // CSS pixels
const MOST_ZOOM = 200;

export class MapView {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.points = [];
    this.lit = null; // the one tag that is shown, or all
    this.spot = null; // the point under the hand
    this.showAll();
  }

  showAll() {
    [this.x, this.y, this.zoom] = [0, 0, 1];
  }

  get scale() {
    return (Math.min(this.canvas.clientWidth, this.canvas.clientHeight) / 2 - 12) * this.zoom;
  }

  toScreen({ x, y }) {
    return [this.canvas.clientWidth / 2 + (x - this.x) * this.scale, this.canvas.clientHeight / 2 - (y - this.y) * this.scale];
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

  isSeen(point) {
    return this.lit === null || point.tag === this.lit;
  }

  // The nearest within reach, or null.
  at(left, top, reach = 12) {
    return this.#nearest((point) => {
      const [x, y] = this.toScreen(point);
      const distance = Math.hypot(x - left, y - top);
      return distance <= reach ? distance : Infinity;
    });
  }

  // The nearest one in a direction: what is aside counts double. The first is the one in the middle.
  next(right, up) {
    if (!this.spot) return this.#nearest(({ x, y }) => Math.hypot(x - this.x, y - this.y));
    return this.#nearest((point) => {
      const [dx, dy] = [point.x - this.spot.x, point.y - this.spot.y];
      const ahead = dx * right + dy * up;
      const aside = Math.abs(dx * up - dy * right);
      return point !== this.spot && ahead > aside / 4 && ahead > 0 ? ahead + 2 * aside : Infinity;
    });
  }

  #nearest(distance) {
    let [best, least] = [null, Infinity];
    for (const point of this.points) {
      const far = this.isSeen(point) ? distance(point) : Infinity;
      if (far < least) [best, least] = [point, far];
    }
    return best;
  }

  reveal(point) {
    const [left, top] = this.toScreen(point);
    const inside = left > 24 && top > 24 && left < this.canvas.clientWidth - 24 && top < this.canvas.clientHeight - 24;
    if (!inside) [this.x, this.y] = [point.x, point.y];
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.canvas.width = width * devicePixelRatio;
    this.canvas.height = height * devicePixelRatio;
    this.pen.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(this.canvas);
    const colours = Array.from({ length: 7 }, (_, at) => style.getPropertyValue(`--map-${at + 1}`).trim());
    const grey = style.getPropertyValue("--wave").trim();
    for (const point of this.points) this.#dot(point, this.isSeen(point) ? (colours[point.tag] ?? grey) : null, grey);
    if (this.spot) this.#ring(this.spot, style.color);
  }

  #dot(point, colour, grey) {
    const [left, top] = this.toScreen(point);
    if (left < -9 || top < -9 || left > this.canvas.clientWidth + 9 || top > this.canvas.clientHeight + 9) return;
    this.pen.globalAlpha = colour ? 0.85 : 0.18;
    this.pen.fillStyle = colour ?? grey;
    this.pen.beginPath();
    this.pen.arc(left, top, RADIUS, 0, 2 * Math.PI);
    this.pen.fill();
  }

  #ring(point, colour) {
    const [left, top] = this.toScreen(point);
    this.pen.globalAlpha = 1;
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = 2;
    this.pen.beginPath();
    this.pen.arc(left, top, RADIUS + 4, 0, 2 * Math.PI);
    this.pen.stroke();
  }
}
