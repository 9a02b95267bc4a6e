// Asks about unfinished rows. A row that arrives while the page is asking about others is asked about
// next: the answer that is on its way cannot know of it, and may say that all work has ended.
const MOST_ASKED = 300;
let asked = new Set();

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id !== "live") return;
  // Hundreds of rows may wait; the server answers for the first ones first.
  const first = detail.formData.getAll("live").slice(0, MOST_ASKED);
  detail.formData.delete("live");
  first.forEach((track) => detail.formData.append("live", track));
  asked = new Set(first);
});

document.addEventListener("htmx:afterSettle", () => {
  if (document.querySelector("#live [name='poll']")?.value !== "0") return;
  const waiting = [...document.querySelectorAll("[name='live']")];
  if (waiting.some(({ value }) => !asked.has(value))) htmx.trigger(document.body, "work-started");
});
