// A row of tracks under a finger: to the right it is selected, to the left it plays. What the finger
// has begun shows under the row, and nothing happens before it has gone far enough.
const FAR = 72; // pixels from where on it counts
const MOST = 112;

let row = null;
let from = null;
let moved = 0;

const words = () => document.getElementById("page").dataset;

function follow(touch) {
  const [right, down] = [touch.clientX - from.clientX, touch.clientY - from.clientY];
  // A finger that goes down scrolls.
  if (!moved && Math.abs(down) >= Math.abs(right)) return end();
  if (!moved && Math.abs(right) < 10) return;
  moved = Math.max(-MOST, Math.min(MOST, right));
  row.style.setProperty("--swipe", `${moved}px`);
  row.dataset.swipe = moved > 0 ? words().swipeRight : words().swipeLeft;
  row.classList.toggle("far", Math.abs(moved) >= FAR);
  row.classList.toggle("to-left", moved < 0);
}

function act() {
  if (moved >= FAR) row.querySelector(".pick input")?.click();
  else if (moved <= -FAR) row.querySelector("button[data-play]")?.click();
}

function end() {
  row?.classList.remove("far", "to-left");
  row?.style.removeProperty("--swipe");
  if (row) delete row.dataset.swipe;
  [row, from, moved] = [null, null, 0];
}

document.addEventListener("touchstart", ({ target, touches }) => {
  end();
  if (touches.length !== 1) return;
  row = target.closest(".tracks .track:has(.pick)");
  from = touches[0];
}, { passive: true });
document.addEventListener("touchmove", ({ touches }) => row && follow(touches[0]), { passive: true });
document.addEventListener("touchend", () => {
  if (row && moved) act();
  end();
});
document.addEventListener("touchcancel", end);
