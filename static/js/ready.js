// Calls back once for each part of the page that is there now or swapped in later.
export function whenPresent(selector, begin) {
  const seen = new WeakSet();
  const start = (part) => {
    if (seen.has(part)) return;
    seen.add(part);
    begin(part);
  };
  const scan = (root) => {
    if (root.matches?.(selector)) start(root);
    root.querySelectorAll(selector).forEach(start);
  };
  document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
  scan(document);
}
