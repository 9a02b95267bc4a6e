// It takes a second: what is going on is said at once.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("form.sample")) return;
  const says = target.querySelector(".says");
  says.textContent = says.dataset.says;
});
