// Runs before the page is drawn. What is chosen in a form while htmx has not made it its own (the
// page's scripts are on their way, or it was swapped in a moment ago) is taken as soon as it has.
{
  const early = new Set();
  document.addEventListener("change", ({ target }) => {
    if (target.form?.matches("[hx-trigger^=change]")) early.add(target.form);
  }, true);
  document.addEventListener("htmx:trigger", ({ target }) => early.delete(target));
  document.addEventListener("htmx:load", ({ detail }) => {
    for (const form of early) {
      if (form.isConnected && !detail.elt.contains(form)) continue;
      early.delete(form);
      form.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
