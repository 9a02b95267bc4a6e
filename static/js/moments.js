// A button that plays a track from a moment of its own.
import { playFrom } from "./player.js";

// In the shape of a play button, as the player knows it.
export const sound = ({ dataset }) => ({ dataset: { ...dataset, play: dataset.source } });
export const playMoment = (element) => playFrom(sound(element), Number(element.dataset.from));

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button.moment");
  if (button) playMoment(button);
});
