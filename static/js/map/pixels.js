// Draws the points of a map into pixels by hand: a hundred thousand discs take a canvas's own arcs a
// second, and this a few hundredths, on any machine and without a graphics card.
const FAINT = 46; // of 255: points that are not meant
const RAMP = 64; // shades of a scale

const little = (red, green, blue) => (255 << 24) | (blue << 16) | (green << 8) | red;

function rgb(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function mixed(stops, share) {
  const at = share * (stops.length - 1);
  const [low, high] = [stops[Math.floor(at)], stops[Math.ceil(at)]];
  return low.map((value, part) => Math.round(value + (high[part] - value) * (at - Math.floor(at))));
}

// A disc in pixels of a picture so wide: their offsets from its middle, and how much of each it covers.
function disc(radius, width) {
  const [reach, offsets, covers] = [Math.ceil(radius), [], []];
  for (let down = -reach; down <= reach; down += 1) {
    for (let right = -reach; right <= reach; right += 1) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(right, down)));
      if (cover < 0.04) continue;
      offsets.push(down * width + right);
      covers.push(Math.round(cover * 255));
    }
  }
  return { reach, offsets: Int32Array.from(offsets), covers: Uint8Array.from(covers) };
}

export class Pixels {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.readColours();
  }

  readColours() {
    const style = getComputedStyle(this.canvas);
    const named = (name) => rgb(style.getPropertyValue(name).trim());
    this.ink = style.color;
    this.accent = style.getPropertyValue("--accent").trim();
    this.grey = little(...named("--wave"));
    this.palette = Array.from({ length: 7 }, (_, at) => little(...named(`--map-${at + 1}`)));
    const stops = Array.from({ length: 5 }, (_, at) => named(`--ramp-${at + 1}`));
    this.ramp = Array.from({ length: RAMP }, (_, at) => little(...mixed(stops, at / (RAMP - 1))));
  }

  #fit() {
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight].map((size) => Math.max(1, Math.round(size * devicePixelRatio)));
    if (this.canvas.width !== width || this.canvas.height !== height || !this.image) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.image = this.pen.createImageData(width, height);
      this.words = new Uint32Array(this.image.data.buffer);
    }
    this.words.fill(0);
  }

  draw(view) {
    this.#fit();
    const shades = this.#shades(view.points);
    // Faint ones first, so that none lies over one that is meant.
    if (view.narrows) this.#stamp(view, shades, false, FAINT);
    this.#stamp(view, shades, true, 255);
    this.pen.putImageData(this.image, 0, 0);
  }

  // The colour of each of the 256 values that a point can have.
  #shades(points) {
    const colours = points.isScale ? this.ramp : this.palette;
    return Int32Array.from({ length: 256 }, (_, value) => colours[points.shadeOf(value, colours.length)] ?? this.grey);
  }

  // Everything that does not change from point to point stands before the loop: it runs a hundred
  // thousand times a frame.
  #stamp(view, shades, meant, most) {
    const { words, canvas: { width, height } } = this;
    const { x, y, colours, count } = view.points;
    const scale = view.scale * devicePixelRatio;
    const { reach, offsets, covers } = disc(view.radius * devicePixelRatio, width);
    const [middleX, middleY] = [width / 2 - view.x * scale, height / 2 + view.y * scale];
    const [right, bottom, size, narrows] = [width - reach, height - reach, offsets.length, view.narrows];
    for (let at = 0; at < count; at += 1) {
      const left = Math.round(middleX + x[at] * scale);
      const top = Math.round(middleY - y[at] * scale);
      if (left < reach || top < reach || left >= right || top >= bottom) continue;
      if (narrows && view.isMeant(at) !== meant) continue;
      const bare = (meant ? shades[colours[at]] : this.grey) & 0xffffff;
      const middle = top * width + left;
      for (let one = 0; one < size; one += 1) {
        const alpha = covers[one] < most ? covers[one] : most;
        const place = middle + offsets[one];
        if (words[place] >>> 24 <= alpha) words[place] = (alpha << 24) | bare;
      }
    }
  }

  ring(left, top, radius) {
    const { pen } = this;
    pen.save();
    pen.scale(devicePixelRatio, devicePixelRatio);
    pen.strokeStyle = this.ink;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(left, top, radius, 0, 2 * Math.PI);
    pen.stroke();
    pen.restore();
  }

  around(corners) {
    const { pen } = this;
    pen.save();
    pen.scale(devicePixelRatio, devicePixelRatio);
    pen.strokeStyle = this.accent;
    pen.lineWidth = 2;
    pen.setLineDash([6, 4]);
    pen.beginPath();
    corners.forEach(([left, top]) => pen.lineTo(left, top));
    pen.closePath();
    pen.stroke();
    pen.globalAlpha = 0.08;
    pen.fillStyle = this.accent;
    pen.fill();
    pen.restore();
  }
}
