// What the server says at an address that somebody has asked for by a click. Where it says no, a
// sentence on the page says why, and there is null; of what is not there (404) nothing is said.
import { cause, sentence } from "./causes.js";

export async function jsonOf(address) {
  const answer = await fetch(address).catch(() => null);
  // Whoever is signed out is led to another page.
  if (answer?.ok && !answer.redirected) return answer.json();
  if (answer?.status === 404) return null;
  const trouble = document.getElementById("trouble");
  trouble.textContent = sentence(answer?.redirected ? "signedOut" : cause(answer?.status ?? 0));
  trouble.hidden = false;
  return null;
}
