// Files dropped anywhere or chosen: three at a time go up, each in a row of its own. Uploads live
// outside the page, so a person can move about meanwhile.
import { sentence } from "./causes.js";
import { whenPresent } from "./ready.js";
import { sendFile } from "./send_file.js";
import { PART, sendParts } from "./send_parts.js";
import { TransferRow } from "./transfer_row.js";

const PARALLEL = 3;
const template = document.getElementById("transfer-template");
const rows = [];

function place(row) {
  const list = document.getElementById("transfers");
  if (!list || row.element.isConnected) return;
  // A page that was made after the file arrived shows it already.
  const shown = row.hasArrived && document.getElementById(row.element.id);
  if (shown) row.element = shown;
  else list.prepend(row.element);
}

function placeAll() {
  rows.toReversed().forEach(place);
  rows.forEach((row) => row.replaceUnfinished());
  [...rows].forEach(handOver);
}

function forget(row) {
  const at = rows.indexOf(row);
  if (at >= 0) rows.splice(at, 1);
}

function showCount() {
  const open = rows.filter((row) => row.isOpen).length;
  const count = document.getElementById("sending");
  count.textContent = open;
  count.hidden = !open;
}

// The page polls for what it shows. A refused file stays ours until it is dismissed: the server
// keeps nothing of it. One that arrived while no list was on the page waits for the next.
function handOver(row) {
  if (!row.hasArrived || !row.element.isConnected) return;
  forget(row);
  htmx.trigger(document.body, "work-started");
}

function bring(row) {
  const onProgress = (share) => row.sending(share);
  if (row.file.size <= PART) return sendFile(template.dataset.action, row.file, onProgress);
  return sendParts(template.dataset, row.file, { onProgress, onBegun: (id) => row.begun(id) });
}

function goOn() {
  rows.filter((row) => row.isPaused).forEach((row) => row.waiting());
  next();
}

function pauseWords(why) {
  const { goesOn, kept } = template.dataset;
  return `${sentence(why)} ${why === "away" ? goesOn : kept}`;
}

async function send(row) {
  row.sending(0);
  const outcome = await bring(row);
  if (outcome.html) row.become(outcome.html);
  else if (outcome.reason) row.refuse(outcome.reason);
  else if (outcome.paused) row.paused(pauseWords(outcome.paused));
  else row.failed(sentence(outcome.trouble));
  handOver(row);
  next();
}

function next() {
  showCount();
  const active = rows.filter((row) => row.isSending).length;
  rows.filter((row) => row.isWaiting).slice(0, PARALLEL - active).forEach(send);
}

function problem(file) {
  const suffix = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  if (file.size > Number(template.dataset.maxBytes)) return template.dataset.tooLarge;
  if (!template.dataset.suffixes.split(" ").includes(suffix)) return template.dataset.wrongKind;
  return "";
}

export function add(files) {
  for (const file of files) {
    const row = new TransferRow(template, file, { retry: next, dismiss: forget });
    const reason = problem(file);
    if (reason) row.refuse(reason);
    rows.push(row);
  }
  if (!document.getElementById("transfers")) document.getElementById("to-upload").click();
  placeAll();
  next();
}

function acceptDrops(target) {
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const show = (change) => {
    depth = Math.max(0, depth + change);
    target.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => carriesFiles(event) && show(1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && show(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    add(event.dataTransfer.files);
  });
}

if (template) {
  acceptDrops(document.getElementById("drop-target"));
  whenPresent("#transfers", placeAll);
  whenPresent("#upload-form", (form) => {
    form.classList.add("scripted");
    form.elements.files.addEventListener("change", () => {
      add(form.elements.files.files);
      form.reset();
    });
  });
  window.addEventListener("online", goOn);
  window.addEventListener("beforeunload", (event) => {
    if (rows.some((row) => row.isOpen)) event.preventDefault();
  });
}
