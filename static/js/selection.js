// Many tracks at once: tick them, with shift from the last one ticked to this one; a bar at the foot
// says how many and what can be done. Escape unticks them. Without this script the bar always stands.
import { whenPresent } from "./ready.js";

// The list is drawn anew while jobs end: what was ticked in it stays ticked.
let kept = { address: "", ids: new Set() };
const boxes = (form) => [...form.elements].filter(({ name }) => name === "id");

class Selection {
  constructor(form) {
    this.form = form;
    this.page = document.getElementById("pick-page");
    this.page.addEventListener("change", () => this.tickAll(this.page.checked));
    this.last = null;
    // Rows come later too, where the list goes on without an end.
    this.click = (event) => this.clicked(event);
    document.addEventListener("click", this.click);
    form.elements.all?.addEventListener("change", ({ target }) => this.tickAll(target.checked));
    form.addEventListener("reset", () => this.tickAll(false));
    form.addEventListener("click", (event) => this.download(event));
    form.addEventListener("submit", () => { kept = { address: "", ids: new Set() }; });
    if (kept.address === location.href) boxes(form).forEach((box) => { box.checked = kept.ids.has(box.value); });
    this.show();
  }

  clicked(event) {
    if (!this.form.isConnected) document.removeEventListener("click", this.click);
    else if (event.target.form === this.form && event.target.name === "id") this.ticked(event.target, event.shiftKey);
  }

  ticked(box, ranged) {
    const all = boxes(this.form);
    if (ranged && this.last) {
      const [from, to] = [all.indexOf(this.last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((between) => { between.checked = box.checked; });
    }
    this.last = box;
    if (this.form.elements.all) this.form.elements.all.checked = false;
    this.show();
  }

  tickAll(checked) {
    boxes(this.form).forEach((box) => { box.checked = checked; });
    if (!checked && this.form.elements.all) this.form.elements.all.checked = false;
    this.show();
  }

  show() {
    const all = boxes(this.form);
    const ids = all.filter(({ checked }) => checked).map(({ value }) => value);
    const count = ids.length;
    kept = { address: location.href, ids: new Set(ids) };
    const words = document.getElementById("selected");
    words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("{n}", count);
    this.form.hidden = !count;
    this.page.checked = count === all.length;
    this.page.indeterminate = count > 0 && count < all.length;
    const whole = this.form.elements.all;
    if (whole) {
      whole.closest("label").hidden = count < all.length;
      words.hidden = whole.checked;
    }
  }

  // A file to be saved is no page to be swapped in.
  download(event) {
    const button = event.target.closest("[data-export]");
    if (!button) return;
    event.preventDefault();
    const ids = boxes(this.form).filter(({ checked }) => checked).map(({ value }) => value);
    const query = this.form.elements.all?.checked ? this.form.elements.query.value : new URLSearchParams({ id: ids.join(",") });
    location.assign(`${button.dataset.export}&${query}`);
  }
}

whenPresent("#selection", (form) => new Selection(form));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) document.getElementById("selection")?.reset();
});
