// The style sheets of other pages, which this one did not wait for: fetched once it has been drawn,
// or at once when a link leads to one of those pages.
function fetchAll() {
  for (const link of document.querySelectorAll("link[rel=stylesheet][disabled]")) link.disabled = false;
}

const afterwards = () => ("requestIdleCallback" in window ? requestIdleCallback(fetchAll, { timeout: 2000 }) : setTimeout(fetchAll, 200));
if (document.readyState === "complete") afterwards();
else window.addEventListener("load", afterwards, { once: true });
document.addEventListener("htmx:beforeRequest", ({ detail }) => detail.boosted && fetchAll());
