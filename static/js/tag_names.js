// The names of all tags, in a field for one of them, when somebody wants to type it.
import { whenPresent } from "./ready.js";

whenPresent("#tag-names", (names) => {
  const input = document.querySelector("input[list='tag-names']");
  input.addEventListener("focus", async () => {
    const answer = await fetch(names.dataset.choices).catch(() => null);
    if (!answer?.ok) return; // one types it whole
    const { tags } = await answer.json();
    names.replaceChildren(...tags.map(([, name]) => new Option(name)));
  }, { once: true });
});
