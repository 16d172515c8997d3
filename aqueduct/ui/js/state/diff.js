/** Unified diffs, line by line. Pure. */

/** @typedef {"add" | "remove" | "at" | "file" | "same"} DiffKind */

/** @param {string} diff @returns {{ kind: DiffKind, text: string }[]} */
export function diffLines(diff) {
  return diff
    .replace(/\n$/, "")
    .split("\n")
    .map((text) => ({ kind: kindOf(text), text }));
}

/** @param {string} line @returns {DiffKind} */
function kindOf(line) {
  if (/^(---|\+\+\+) /.test(line)) return "file";
  if (line.startsWith("@@")) return "at";
  return line.startsWith("+") ? "add" : line.startsWith("-") ? "remove" : "same";
}
