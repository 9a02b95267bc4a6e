// The filter is open beside a wide list and folded above a narrow one.
import { whenPresent } from "./ready.js";

const wide = window.matchMedia("(min-width: 900px)");

whenPresent("#facets", (facets) => {
  facets.open = wide.matches;
});
whenPresent("#tag_min", (slider) => {
  const shown = slider.form.querySelector("output");
  slider.addEventListener("input", () => {
    shown.textContent = `${Math.round(slider.value * 100)}\u00a0%`;
  });
});
