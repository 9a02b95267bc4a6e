// A large file in parts (tus): what has arrived stays, over dropped connections and reloads.
// Resolves as sendFile does, or to {reason} when the server refuses the file.
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
  if (!answer || mayHelp(error)) return { trouble: "paused" };
  if ([401, 403].includes(answer.getStatus())) return { trouble: "signedOut" };
  const isProblem = answer.getHeader("Content-Type")?.startsWith("application/problem+json");
  return isProblem ? { reason: JSON.parse(answer.getBody()).detail } : { trouble: "refused" };
}

async function arrival(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Current-URL": location.href } });
  if (answer.headers.has("HX-Redirect")) return { trouble: "signedOut" };
  return answer.ok ? { html: await answer.text() } : { trouble: "refused" };
}

async function goOn(upload) {
  const [former] = await upload.findPreviousUploads();
  if (former) upload.resumeFromPreviousUpload(former);
  upload.start();
}

export async function sendParts(words, file, { onProgress, onBegun }) {
  await import(words.tus);
  return new Promise((resolve) => {
    const upload = new window.tus.Upload(file, {
      endpoint: words.parts,
      chunkSize: PART,
      retryDelays: PAUSES,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name },
      headers: { "X-CSRFToken": token() },
      onShouldRetry: mayHelp,
      onUploadUrlAvailable: () => onBegun(idOf(upload.url)),
      onProgress: (sent, total) => onProgress(sent / total),
      onError: (error) => resolve(failure(error)),
      onSuccess: () => {
        const address = words.arrived.replace(words.nobody, idOf(upload.url));
        resolve(arrival(address).catch(() => ({ trouble: "paused" })));
      },
    });
    goOn(upload);
  });
}
