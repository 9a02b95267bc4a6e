// A large file in parts (tus): what has arrived stays, over dropped connections and reloads.
// Resolves as sendFile does, or to {reason} when the server refuses the file, or to {paused}, the
// cause, when it can go on from there, or to {cancelled}: the server forgets what had arrived.
import { cause } from "./causes.js";
import { token } from "./csrf.js";

// Small enough for a proxy that allows a megabyte.
export const PART = 1_000_000;
const PAUSES = [0, 1000, 3000, 5000, 10_000, 20_000];

const idOf = (address) => address.split("/").at(-2);

function mayHelp(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status === 0 || status >= 500 || [409, 423, 429].includes(status);
}

function failure(error) {
  const answer = error.originalResponse;
  const status = answer?.getStatus() ?? 0;
  if (mayHelp(error)) return { paused: cause(status) };
  // The same as for a file in one piece: an answer to the session, not to the file.
  if ([401, 403].includes(status)) return { trouble: cause(status) };
  const isProblem = answer.getHeader("Content-Type")?.startsWith("application/problem+json");
  return isProblem ? { reason: JSON.parse(answer.getBody()).detail } : { trouble: cause(status) };
}

async function arrival(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
  if (answer.headers.has("HX-Redirect")) return { trouble: "signedOut" };
  return answer.ok ? { html: await answer.text() } : { trouble: cause(answer.status) };
}

async function goOn(upload) {
  const [former] = await upload.findPreviousUploads();
  if (former) upload.resumeFromPreviousUpload(former);
  upload.start();
}

export async function sendParts(words, file, { path, onProgress, signal, onBegun }) {
  await import(words.tus);
  return new Promise((resolve) => {
    const upload = new window.tus.Upload(file, {
      endpoint: words.parts,
      chunkSize: PART,
      retryDelays: PAUSES,
      removeFingerprintOnSuccess: true,
      metadata: path ? { filename: file.name, path } : { filename: file.name },
      // Not once for all parts: they may outlast a sign-in.
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", token()),
      onShouldRetry: mayHelp,
      onUploadUrlAvailable: () => onBegun(idOf(upload.url)),
      onProgress: (sent, total) => onProgress(sent / total),
      onError: (error) => resolve(failure(error)),
      onSuccess: () => {
        const address = words.arrived.replace(words.nobody, idOf(upload.url));
        resolve(arrival(address).catch(() => ({ paused: "away" })));
      },
    });
    signal.addEventListener("abort", () => {
      upload.abort(true).catch((error) => console.debug(error.message));
      resolve({ cancelled: true });
    });
    goOn(upload);
  });
}
