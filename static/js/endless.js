// A list without an end: the next page comes when its place is near. The address is that of the page
// in sight, so that a reload, a link and the way back lead there. Each page is a body of the table.
import { whenPresent } from "./ready.js";

const AHEAD = "800px";
const HEAD = 90; // CSS pixels: bars above the list
const bodies = () => [...document.querySelectorAll("table.tracks tbody[data-page]")];
let waiting = 0;

class Endless {
  constructor(paging) {
    this.paging = paging;
    this.observer = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && this.more(), { rootMargin: AHEAD });
    if (bodies().length) this.observer.observe(paging);
  }

  async more() {
    const last = bodies().at(-1);
    if (this.busy || !last?.dataset.next || !this.paging.isConnected) return;
    this.busy = true;
    this.paging.classList.add("loading");
    const answer = await fetch(last.dataset.next, { headers: { "HX-Request": "true" } }).catch(() => null);
    this.paging.classList.remove("loading");
    this.busy = false;
    if (!answer?.ok || answer.redirected || !last.isConnected) return; // the link to the next page stays
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const body = page.querySelector("table.tracks tbody[data-page]");
    if (!body) return;
    last.after(document.adoptNode(body));
    htmx.process(body);
    htmx.trigger(body, "htmx:load", { elt: body });
    if (!body.dataset.next) this.end();
    else this.again();
  }

  // What is still near is told only when it comes near anew.
  again() {
    this.observer.unobserve(this.paging);
    this.observer.observe(this.paging);
  }

  end() {
    this.observer.disconnect();
    this.paging.hidden = true;
  }
}

function keepAddress() {
  const seen = bodies().findLast((body) => body.getBoundingClientRect().top <= HEAD) ?? bodies()[0];
  if (!seen || bodies().length < 2 || seen.dataset.place === location.pathname + location.search) return;
  history.replaceState(history.state, "", seen.dataset.place);
}

whenPresent("nav.paging", (paging) => new Endless(paging));
document.addEventListener("scroll", () => {
  clearTimeout(waiting);
  waiting = setTimeout(keepAddress, 150);
}, { passive: true });

// When work ends the list is drawn anew. Of several pages only those are that tell of work.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "results" || bodies().length < 2) return;
  event.preventDefault();
  for (const body of bodies()) {
    if (body.querySelector(".state")) htmx.ajax("GET", body.dataset.place, { target: body, swap: "outerHTML", select: `tbody[data-page="${body.dataset.page}"]` });
  }
});
