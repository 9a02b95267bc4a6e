// As if all were equally loud (ReplayGain 2.0's level, from EBU R 128 loudness): louder music is
// turned down by the element's volume; quieter music is turned up as far as its true peak allows.
const TARGET = -18; // LUFS
const CEILING = -1; // dBTP: EBU R 128's limit for what is played
const SILENT = -70; // LUFS

const amplifiers = new WeakMap(); // element → its gain, made when first something has to be turned up
let audio = null;

const power = (decibels) => 10 ** (decibels / 10);

// Of an album all together: quiet pieces stay quieter than loud ones.
export function gainOf(album) {
  const known = album.filter(({ loudness }) => loudness !== null && loudness > SILENT);
  if (!known.length) return 0;
  const weights = known.map(({ duration }) => duration || 1);
  const mean = known.reduce((sum, { loudness }, at) => sum + weights[at] * power(loudness), 0) / weights.reduce((a, b) => a + b);
  const loudness = 10 * Math.log10(mean);
  const peak = Math.max(...known.map(({ peak: highest }) => highest ?? 0));
  return Math.min(TARGET - loudness, Math.max(0, CEILING - peak));
}

export function setLevel(element, volume, decibels) {
  const factor = volume * 10 ** (decibels / 20);
  element.volume = Math.min(1, factor);
  if (factor > 1) amplifier(element).gain.value = factor;
  else if (amplifiers.has(element)) amplifiers.get(element).gain.value = 1;
}

function amplifier(element) {
  if (!amplifiers.has(element)) {
    audio ??= new AudioContext();
    const gain = audio.createGain();
    audio.createMediaElementSource(element).connect(gain).connect(audio.destination);
    amplifiers.set(element, gain);
  }
  audio.resume();
  return amplifiers.get(element);
}
