// One file, one request. Resolves to {html}, the server's row, {trouble}, the cause, or {cancelled}.
import { cause } from "./causes.js";
import { token } from "./csrf.js";

function outcome(request) {
  if (request.getResponseHeader("HX-Redirect")) return { trouble: "signedOut" };
  if (request.status === 200) return { html: request.responseText };
  return { trouble: cause(request.status) };
}

export function sendFile(action, file, { path, onProgress, signal }) {
  const body = new FormData();
  body.append("files", file);
  if (path) body.append("path", path);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total ? loaded / total : 0));
    request.addEventListener("load", () => resolve(outcome(request)));
    request.addEventListener("error", () => resolve({ trouble: "away" }));
    request.addEventListener("abort", () => resolve({ cancelled: true }));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Current-URL", location.href);
    request.setRequestHeader("X-CSRFToken", token());
    request.send(body);
  });
}
