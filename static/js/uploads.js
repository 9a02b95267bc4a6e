// Files and folders dropped anywhere, chosen or pasted: three at a time go up, each in a row of its
// own, and a tray on every page shows their total. Uploads live outside the page, so a person can
// move about meanwhile.
import { chosenIn } from "./carried.js";
import { sentence } from "./causes.js";
import { whenPresent } from "./ready.js";
import { sendFile } from "./send_file.js";
import { PART, sendParts } from "./send_parts.js";
import { TransferRow } from "./transfer_row.js";
import { Tray } from "./tray.js";

const PARALLEL = 3;
const template = document.getElementById("transfer-template");
const rows = []; // those the page has not taken over yet
const batch = new Set(); // all of the total that the tray shows
let tray = null;

// On the page of uploads the rows stand in its list, elsewhere in the tray's.
function place(row) {
  const list = document.getElementById("transfers");
  if (row.isCancelled) return;
  if (!list) {
    // One that has arrived waits for the next list, unseen: the total has counted it.
    if (row.hasArrived) row.element.remove();
    else tray.list.append(row.element);
    return;
  }
  if (list.contains(row.element)) return;
  // A page that was made after the file arrived shows it already.
  const shown = row.hasArrived && document.getElementById(row.element.id);
  if (shown && list.contains(shown)) {
    row.element.remove();
    row.element = shown;
  } else list.prepend(row.element);
}

function placeAll() {
  const onPage = document.getElementById("transfers");
  (onPage ? rows.toReversed() : rows).forEach(place);
  rows.forEach((row) => row.replaceUnfinished());
  [...rows].forEach(handOver);
  showTotal();
}

function forget(row) {
  const at = rows.indexOf(row);
  if (at >= 0) rows.splice(at, 1);
}

function dismiss(row) {
  forget(row);
  batch.delete(row);
  next();
}

const showTotal = () => tray.show([...batch]);

// The page polls for what it shows. A refused file stays ours until it is dismissed: the server
// keeps nothing of it. One that arrived while no list was on the page waits for the next.
function handOver(row) {
  if (!row.hasArrived || !document.getElementById("transfers")?.contains(row.element)) return;
  forget(row);
  htmx.trigger(document.body, "work-started");
}

function bring(row) {
  const onProgress = (share) => {
    row.sending(share);
    showTotal();
  };
  const { file, path, stop: { signal } } = row;
  if (file.size <= PART) return sendFile(template.dataset.action, file, { path, onProgress, signal });
  return sendParts(template.dataset, file, { path, onProgress, signal, onBegun: (id) => row.begun(id) });
}

function goOn() {
  rows.filter((row) => row.isPaused).forEach((row) => row.waiting());
  next();
}

function retryAll() {
  rows.filter((row) => row.canRetry).forEach((row) => row.waiting());
  next();
}

function cancelAll() {
  for (const row of rows.filter((each) => each.isOpen)) {
    row.cancel();
    dismiss(row);
  }
}

// What arrived is in the library; what failed was seen.
function clear() {
  rows.filter((row) => tray.list.contains(row.element)).forEach((row) => {
    row.element.remove();
    forget(row);
  });
  batch.clear();
}

// The next total begins with what is still to be done of the last.
function countAnew() {
  if ([...batch].some((row) => row.isOpen)) return;
  [...batch].filter((row) => !row.isStuck).forEach((row) => batch.delete(row));
  tray.restart();
}

function pauseWords(why) {
  const { goesOn, kept } = template.dataset;
  return `${sentence(why)} ${why === "away" ? goesOn : kept}`;
}

async function send(row) {
  row.sending(0);
  const outcome = await bring(row);
  if (outcome.cancelled) return next();
  if (outcome.html) row.become(outcome.html);
  else if (outcome.reason) row.refuse(outcome.reason);
  else if (outcome.paused) row.paused(pauseWords(outcome.paused));
  else row.failed(sentence(outcome.trouble));
  place(row);
  handOver(row);
  next();
}

function next() {
  const active = rows.filter((row) => row.isSending).length;
  rows.filter((row) => row.isWaiting).slice(0, Math.max(0, PARALLEL - active)).forEach(send);
  showTotal();
}

const suffixOf = (name) => name.slice(name.lastIndexOf(".")).toLowerCase();
const isAudio = ({ file }) => template.dataset.suffixes.split(" ").includes(suffixOf(file.name));

// As imports do: what systems and storage devices keep beside people's files, and what macOS writes
// for each file onto foreign disks.
function isOfTheSystem({ file, path }) {
  const known = template.dataset.systemFolders.split("|");
  const folders = path.toLowerCase().split("/").slice(0, -1);
  return file.name.startsWith("._") || folders.some((name) => name.startsWith(".") || known.includes(name));
}

function problem(carried) {
  if (carried.file.size > Number(template.dataset.maxBytes)) return template.dataset.tooLarge;
  return isAudio(carried) ? "" : template.dataset.wrongKind;
}

export function add(carried) {
  // Folders hold covers and notes beside the music; a single file was meant.
  const taken = carried.filter((each) => !isOfTheSystem(each) && (!each.path || isAudio(each)));
  countAnew();
  tray.passedOver = carried.length - taken.length;
  for (const each of taken) {
    const row = new TransferRow(template, each, { retry: next, dismiss });
    const reason = problem(each);
    if (reason) row.refuse(reason);
    rows.push(row);
    batch.add(row);
  }
  // Where there is nothing yet, one looks on as the first tracks come in.
  if (document.querySelector("#page .empty .first")) document.getElementById("to-upload").click();
  placeAll();
  next();
}

if (template) {
  tray = new Tray({ cancel: cancelAll, retry: retryAll, clear });
  // Each page has its own list, or none.
  whenPresent("#page", placeAll);
  whenPresent("#upload-form", (form) => {
    form.classList.add("scripted");
    const take = ({ files }) => {
      add(chosenIn(files));
      form.reset();
    };
    for (const chooser of [form.elements.files, form.elements.folder]) {
      chooser.addEventListener("change", () => take(chooser));
      // Chosen while this script was on its way.
      if (chooser.files.length) take(chooser);
    }
  });
  window.addEventListener("online", goOn);
  window.addEventListener("beforeunload", (event) => {
    if (rows.some((row) => row.isOpen)) event.preventDefault();
  });
}
