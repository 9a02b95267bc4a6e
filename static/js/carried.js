// What a drop, a chooser or the clipboard carries, as a list of {file, path}: folders are walked
// through, and the path is where a file lies below the folder that was taken.
const pathOf = (entry) => entry.fullPath.replace(/^\//, "");

function filesOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

// A reader gives a hundred entries at most, and then the next.
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}

async function walk(entry) {
  if (entry.isFile) return [{ file: await filesOf(entry), path: pathOf(entry) }];
  const below = await entriesOf(entry);
  const found = [];
  // One after the other: a folder may hold thousands.
  for (const each of below.sort((one, other) => one.name.localeCompare(other.name))) found.push(...(await walk(each)));
  return found;
}

// A single file was not taken out of a folder: its name alone is no path.
const withoutFolder = ({ file, path }) => ({ file, path: path.includes("/") ? path : "" });

export async function carriedBy(transfer) {
  // Entries are there only now; the items are gone once this returns to the browser.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosenIn(transfer.files);
  const found = [];
  for (const entry of entries) found.push(...(await walk(entry)));
  return found.map(withoutFolder);
}

export const chosenIn = (files) => [...files].map((file) => ({ file, path: file.webkitRelativePath ?? "" }));
