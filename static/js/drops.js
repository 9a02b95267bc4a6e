// Files and folders dropped on any page, or pasted: what brings them up is fetched when there are some.
import { carriedBy } from "./carried.js";

const target = document.getElementById("drop-target");
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
const fetchUploads = () => import("./uploads.js");
let depth = 0; // of elements entered and not yet left

function show(change) {
  depth = Math.max(0, depth + change);
  target.hidden = depth === 0;
}

// What is carried can be read only now, before the script has come.
async function take(transfer) {
  const [carried, { add }] = await Promise.all([carriedBy(transfer), fetchUploads()]);
  add(carried);
}

function listen() {
  document.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    show(1);
    fetchUploads();
  });
  document.addEventListener("dragleave", (event) => carriesFiles(event) && show(-1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    take(event.dataTransfer);
  });
  document.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    take(event.clipboardData);
  });
}

if (target) listen();
