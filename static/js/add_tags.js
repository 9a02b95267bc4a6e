// Adding tags by typing: what the model thinks of and what one gave lately come first; several at
// once, each by Enter or a comma, all by Enter in the empty field.
import { whenPresent } from "./ready.js";

const MOST = 12; // lines of the list
const SUGGESTED = 6;
let answer = null; // the vocabulary, asked for once

async function choices(address) {
  answer ??= await fetch(address).then((got) => (got.ok ? got.json() : null)).catch(() => null);
  return answer ?? { tags: [], recent: [] };
}

// Where a name begins so, then where a word in it does, then where it holds it.
function rank(name, typed) {
  if (name.startsWith(typed)) return 0;
  if (name.includes(` ${typed}`)) return 1;
  return name.includes(typed) ? 2 : -1;
}

class AddTags {
  constructor(form) {
    this.form = form;
    this.input = form.elements["add-tag"];
    this.list = form.querySelector("[role=listbox]");
    this.chosen = form.querySelector(".add-tag-chosen");
    this.at = -1;
    this.input.addEventListener("focus", () => this.show());
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.hide());
    // The field keeps the focus.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => this.choose(target.closest("[role=option]")));
    this.chosen.addEventListener("click", ({ target }) => target.closest("button")?.closest("li").remove());
    // What is typed to the end counts without a choice; nothing at all is not sent.
    form.addEventListener("submit", (event) => {
      if (!this.input.value.trim()) this.input.disabled = Boolean(this.chosen.children.length);
      if (!this.input.value.trim() && !this.chosen.children.length) event.preventDefault();
    }, true);
  }

  get taken() {
    const certain = [...document.querySelectorAll("#tags .tag-row.sure")].map(({ dataset }) => dataset.slug);
    return new Set([...certain, ...[...this.chosen.children].map(({ dataset }) => dataset.slug)]);
  }

  async show() {
    const { tags, recent } = await choices(this.form.dataset.choices);
    if (document.activeElement !== this.input) return;
    const typed = this.input.value.trim().toLowerCase();
    const found = typed ? this.matching(tags, typed) : this.proposed(tags, recent);
    this.at = -1;
    const lines = found.length || !typed ? found : [{ head: this.form.dataset.none }];
    this.list.replaceChildren(...lines.map((line, at) => this.line(line, at)));
    this.open(lines.length > 0);
    if (typed && found.length) this.mark(0);
  }

  matching(tags, typed) {
    const { taken } = this;
    const ranked = tags.map(([slug, name, group]) => ({ slug, name, group, rank: rank(name.toLowerCase(), typed) }));
    return ranked.filter((tag) => tag.rank >= 0 && !taken.has(tag.slug)).sort((one, other) => one.rank - other.rank).slice(0, MOST);
  }

  proposed(tags, recent) {
    const { taken } = this;
    const known = new Map(tags.map(([slug, name, group]) => [slug, { slug, name, group }]));
    const pick = (slugs, most) => slugs.filter((slug) => known.has(slug) && !taken.has(slug)).slice(0, most).map((slug) => known.get(slug));
    const suggested = pick([...document.querySelectorAll("#less-certain .tag-row")].map(({ dataset }) => dataset.slug), SUGGESTED);
    const named = new Set(suggested.map(({ slug }) => slug));
    const lately = pick(recent.filter((slug) => !named.has(slug)), SUGGESTED);
    const under = (head, found) => (found.length ? [{ head }, ...found] : []);
    return [...under(this.form.dataset.suggested, suggested), ...under(this.form.dataset.recent, lately)];
  }

  line({ head, slug, name, group }, at) {
    const item = document.createElement("li");
    if (head) {
      Object.assign(item, { className: "head", textContent: head });
      item.setAttribute("role", "presentation");
      return item;
    }
    Object.assign(item, { id: `add-tag-${at}`, textContent: name });
    Object.assign(item.dataset, { slug, name });
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const small = document.createElement("span");
    Object.assign(small, { className: "quiet", textContent: group });
    item.append(small);
    return item;
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  mark(at) {
    const { options } = this;
    this.at = options.length ? (at + options.length) % options.length : -1;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
    const marked = options[this.at];
    if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
    else this.input.removeAttribute("aria-activedescendant");
    marked?.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    if (!option) return;
    const item = document.createElement("li");
    const { slug, name } = option.dataset;
    item.dataset.slug = slug;
    item.className = "condition";
    const sent = Object.assign(document.createElement("input"), { type: "hidden", name: "tag", value: slug });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "plain small", textContent: "×" });
    remove.setAttribute("aria-label", this.form.dataset.remove.replace("{tag}", name));
    item.append(name, sent, remove);
    this.chosen.append(item);
    this.input.value = "";
    this.show();
  }

  typed() {
    if (this.input.value.endsWith(",")) {
      this.input.value = this.input.value.slice(0, -1);
      this.choose(this.options[Math.max(0, this.at)]);
    } else this.show();
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[event.key]) {
      event.preventDefault();
      if (this.list.hidden) this.show();
      else this.mark(this.at < 0 && event.key === "ArrowUp" ? -1 : this.at + steps[event.key]);
    } else if (event.key === "Enter" && this.at >= 0 && !this.list.hidden) {
      event.preventDefault();
      this.choose(this.options[this.at]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.hide();
    } else if (event.key === "Backspace" && !this.input.value) this.chosen.lastElementChild?.remove();
  }

  open(is) {
    this.list.hidden = !is;
    this.input.setAttribute("aria-expanded", String(is));
  }

  hide() {
    this.open(false);
    this.input.removeAttribute("aria-activedescendant");
  }
}

whenPresent("form.add-tag", (form) => new AddTags(form));

// Another tag may be known, and another one recent, after each change.
document.addEventListener("htmx:afterSettle", ({ target }) => { if (target.closest("#track-tags")) answer = null; });
