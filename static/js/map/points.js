// The points of a map as the server packs them: ids of 16 bytes, places of two 16-bit numbers, a
// byte of colour each. A hundred thousand are two megabytes, and no object is made for any.
const FULL = 32767;
export const NONE = 255;
export const STEPS = 254;

const bytes = (text) => Uint8Array.from(atob(text ?? ""), (letter) => letter.charCodeAt(0));

export class Points {
  constructor({ ids, places, colours, drawn, total, tags, low, high }) {
    Object.assign(this, { total, tags, low, high, count: drawn });
    this.ids = bytes(ids);
    const packed = new Int16Array(bytes(places).buffer);
    this.x = Float32Array.from({ length: drawn }, (_, at) => packed[2 * at] / FULL);
    this.y = Float32Array.from({ length: drawn }, (_, at) => packed[2 * at + 1] / FULL);
    this.colours = bytes(colours);
  }

  get isScale() {
    return this.low !== null && this.low !== undefined;
  }

  id(at) {
    const hex = [...this.ids.subarray(16 * at, 16 * at + 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // Where along the ramp or in the palette of `count` colours a value lies; -1 is grey.
  shadeOf(value, count) {
    if (value === NONE) return -1;
    return this.isScale ? Math.round((Math.min(value, STEPS) / STEPS) * (count - 1)) : value;
  }
}
