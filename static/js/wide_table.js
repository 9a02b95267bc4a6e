// A table that is wider than its frame is scrolled sideways within it, and nothing within such a
// frame can stick to the window: so its heads are moved along, to just below the bar.
const BAR = 52; // CSS pixels, as in list.css
let asked = false;

function follow() {
  asked = false;
  const table = document.querySelector(".tracks-frame > table.many");
  if (!table) return;
  const { top, height } = table.getBoundingClientRect();
  const down = Math.max(0, Math.min(BAR - top, height - table.tHead.offsetHeight));
  table.style.setProperty("--head", `${down}px`);
}

function ask() {
  if (!asked) requestAnimationFrame(follow);
  asked = true;
}

for (const event of ["scroll", "resize"]) window.addEventListener(event, ask, { passive: true });
document.addEventListener("htmx:afterSettle", ask);
ask();
