// The waveform, drawn by wavesurfer from the server's peaks: audio is never decoded in the browser.
const colours = () => {
  const style = getComputedStyle(document.documentElement);
  return {
    waveColor: style.getPropertyValue("--wave").trim(),
    progressColor: style.getPropertyValue("--accent").trim(),
    cursorColor: style.getPropertyValue("--ink").trim(),
  };
};

// The server sends minimum and maximum in turns, −127…127.
function channels(pairs) {
  const upper = pairs.filter((_, at) => at % 2 === 1).map((peak) => peak / 127);
  const lower = pairs.filter((_, at) => at % 2 === 0).map((peak) => peak / 127);
  return [upper, lower];
}

export async function drawWave(deck, address, duration, onSeek) {
  const [{ default: WaveSurfer }, answer] = await Promise.all([import(deck.dataset.library), fetch(address)]);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const { peaks } = await answer.json();
  const wave = WaveSurfer.create({
    container: deck.querySelector("#wave"),
    peaks: channels(peaks),
    duration,
    height: 72,
    barWidth: 2,
    barGap: 1,
    normalize: true,
    cspNonce: document.querySelector("meta[name=csp-nonce]").content,
    ...colours(),
  });
  wave.on("interaction", onSeek);
  return {
    moveTo: (seconds) => wave.setTime(seconds),
    redraw: () => wave.setOptions(colours()),
    close: () => wave.destroy(),
  };
}
