// A verdict shows at once, before the server has answered. Its answer draws the tags anew; where
// there is none, or it says no, everything is as it was and a sentence says why.
import { cause, sentence } from "./causes.js";

const shown = new WeakMap(); // form → how to put it back

const said = () => document.querySelector("#tags .undo");

function press(row, answer) {
  const [yes, no] = [row.querySelector(".verdict.yes"), row.querySelector(".verdict.no")];
  yes.setAttribute("aria-pressed", String(answer === "accepted"));
  no.setAttribute("aria-pressed", String(answer === "rejected"));
  row.classList.toggle("doubted", answer === "rejected");
  row.setAttribute("aria-busy", "true");
}

function remember(row) {
  const before = [...row.querySelectorAll(".verdict")].map((button) => [button, button.getAttribute("aria-pressed")]);
  const words = said().textContent;
  return () => {
    before.forEach(([button, pressed]) => button.setAttribute("aria-pressed", pressed));
    row.classList.remove("doubted");
    row.removeAttribute("aria-busy");
    said().textContent = words;
  };
}

function words(form, status) {
  const { gone, asItWas } = document.getElementById("tags").dataset;
  const why = status === 404 ? gone : sentence(cause(status));
  return `${asItWas.replace("%tag%", form.closest(".tag-row").dataset.tag)} ${why}`;
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = detail.elt.closest("form.verdicts");
  const answer = detail.requestConfig.formData.get("answer");
  const row = form?.closest("#tags .tag-row");
  if (!row || !answer) return;
  shown.set(form, remember(row));
  press(row, answer);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest("form.verdicts");
  if (!shown.has(form)) return;
  if (!detail.successful) {
    shown.get(form)();
    said().textContent = words(form, detail.xhr.status);
  }
  shown.delete(form);
});
