// What a person has unfolded stays so when the server draws that part of the page anew.
const open = new Map();
const place = (details) => `${location.pathname}#${details.id}`;

document.addEventListener("toggle", ({ target }) => {
  if (target.matches("main details[id]")) open.set(place(target), target.open);
}, true);
document.addEventListener("htmx:afterSwap", () => {
  for (const details of document.querySelectorAll("main details[id]")) {
    details.open = open.get(place(details)) ?? details.open;
  }
});
