export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
