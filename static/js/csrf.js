// Signing in, here or in another tab, gives the browser a new token. So it is taken from the cookie
// at the moment of sending; the one the page was made with serves only where there is no cookie.
const FIELD = "csrfmiddlewaretoken";
const HEADER = "X-CSRFToken";

const made = () => JSON.parse(document.body.getAttribute("hx-headers"))[HEADER];
export const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? made();

// Before htmx or the browser reads the form.
document.addEventListener("submit", ({ target }) => {
  const field = target.querySelector(`input[name=${FIELD}]`);
  if (field) field.value = token();
}, { capture: true });
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers[HEADER] = token();
  if (detail.formData.has(FIELD)) detail.formData.set(FIELD, token());
});
