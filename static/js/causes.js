// Why the server did not do what was asked, by its status: one cause, one sentence, everywhere.
const CAUSES = { 0: "away", 401: "signedOut", 403: "stale", 413: "tooLarge", 429: "busy", 507: "full" };
const BUSY = [502, 503, 504];
const sentences = document.getElementById("trouble").dataset;

export const cause = (status) => CAUSES[status] ?? (BUSY.includes(status) ? "busy" : "refused");
export const sentence = (name) => sentences[name];
