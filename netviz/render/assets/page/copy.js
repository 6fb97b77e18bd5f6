// Copying: text in the forms that others read, escaped as netviz/render/escape.py does, and the clipboard. Uses data.js,
// state.js, text.js.

const MARKDOWN = new RegExp(
  [
    "[\\\\`|\\[$]", // code, cells, links, formulas
    "(?<![\\p{L}\\p{N}_])_+", // emphasis: underscores between letters have no effect
    "(?<!_)_+(?![\\p{L}\\p{N}_])",
    "\\*(?=\\S)|(?<=\\S)\\*", // a star among spaces has none
    "~(?=[~\\S])|(?<=\\S)~",
    "<(?=[A-Za-z/!?])", // tags, comments, autolinks
    "&(?=#?[\\p{L}\\p{N}_]+;)", // entities
    "^(?:#|>|[-+](?=\\s))", // headings, quotations, lists
    "(?<=https?):(?=//)", // bare links
    "(?<=www)\\.",
    "(?<=[a-z0-9.+_-])@(?=[a-z0-9._-]*\\.)", // mail addresses
  ].join("|"),
  "giu",
);
// Controls and what is only code, spaces but the usual one, and what is printable yet invisible.
const UNSEEN =
  /[^\P{C}\n]|[^\P{Z} ]|[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/gu;
const MARKDOWN_INSTEAD = { "<": "&lt;", "&": "&amp;", "@": "\\\\x40" };

// Leading characters that make a spreadsheet compute, full-width forms too.
const CSV_FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]/;
const CSV_ARITHMETIC = /^[+-][\d.,+\-*/()·×eE ]*$/;

// Text as inline text of Markdown, also inside of a table.
function markdownText(text) {
  return text.replace(MARKDOWN, (found) => MARKDOWN_INSTEAD[found] ?? `\\${[...found].join("\\")}`);
}

// Text as a cell of CSV that no spreadsheet computes, not yet quoted.
function csvText(text) {
  return CSV_FORMULA.test(text) && !CSV_ARITHMETIC.test(text) ? `'${text}` : text;
}

// Data as JSON, with what cannot be seen written by its code.
function jsonText(value) {
  const code = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, null, 2).replace(UNSEEN, (found) => found.split("").map(code).join(""));
}

// Names as the model has them, wherever they stand in a value; on the page they are in visible characters.
function named(value) {
  if (typeof value === "string") return data.names.get(value) ?? value;
  return Array.isArray(value) ? value.map(named) : value;
}

const LISTS = ["shapes", "numbers", "items", "lengths"]; // kinds of columns

// A cell as JSON has it, of one type in each column: null is unknown, or no number where there would be one.
function jsonCell(kind, value) {
  if (NUMERIC.includes(kind)) return jsonNumber(value);
  if (value === null || value === undefined) return null;
  if (LISTS.includes(kind)) {
    if (value === "") return [];
    if (kind === "items") return named(value);
    if (!Array.isArray(value)) return [named(value)]; // a word for all lengths
    return value.map(kind === "shapes" ? jsonShape : jsonNumber);
  }
  if (kind === "flag") return typeof value === "boolean" ? value : null;
  return named(value);
}

function jsonNumber(value) {
  const number = numberOf(value);
  return Number.isFinite(number) ? number : null;
}

function jsonShape(shape) {
  return shape && shape.map(jsonNumber);
}

// Rows of values as CSV: numbers as they are, all else as text.
function csvTable(rows) {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell : csvText(cell))));
  // Where the list separator is a semicolon, a spreadsheet would cut an unquoted cell there and compute the rest.
  const torn = cells.some((row) => row.some((cell) => typeof cell === "string" && cell.includes(";")));
  const quoted = (cell) => {
    if (typeof cell === "number" || !(torn || /[",\n\r]/.test(cell))) return String(cell);
    return `"${cell.replaceAll('"', '""')}"`;
  };
  return cells.map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

// Rows of text as a table of Markdown; `numeric` tells by column whether it is aligned to the right.
function markdownTable(titles, rows, numeric) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  const dashes = numeric.map((right) => (right ? "---:" : "---"));
  return [titles.map(markdownText), dashes, ...rows.map((row) => row.map(markdownText))].map(line).join("");
}

// Puts `text` on the clipboard, or in front of the reader to be copied by hand where a page may not.
async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${what}`);
  } catch {
    if (copySelected(text)) toast(`Copied ${what}`);
    else showToCopy(text, what);
  }
}

function copySelected(text) {
  const focused = document.activeElement;
  const area = el("textarea", { value: text, className: "unseen", readOnly: true });
  document.body.append(area);
  area.select();
  let copied = false;
  try {
    copied = document.execCommand("copy");
  } catch {
    // then it is shown
  }
  area.remove();
  focused?.focus?.({ preventScroll: true });
  return copied;
}

function showToCopy(text, what) {
  const close = () => dialog.close();
  const area = el("textarea", { value: text, readOnly: true, rows: 12, "aria-label": what });
  const dialog = el(
    "dialog",
    {
      className: "to-copy",
      "aria-label": `Copy ${what}`,
      onclose: () => dialog.remove(),
      onkeydown: (event) => event.stopPropagation(), // Escape closes the dialog, and nothing behind it
    },
    el("p", {}, "This page may not use the clipboard. The text is selected: press Ctrl+C or ⌘C."),
    area,
    el("button", { type: "button", onclick: close }, "Close"),
  );
  document.body.append(dialog);
  dialog.showModal();
  area.focus();
  area.select();
}

// Buttons that copy what `texts` gives by the name of the form; `label` names them, `what` says what was copied.
function copyButtons(texts, label, what) {
  return el(
    "div",
    { className: "copying", role: "group", "aria-label": label },
    el("span", { className: "label", "aria-hidden": "true" }, "Copy"),
    Object.entries(texts).map(([form, text]) =>
      el(
        "button",
        { type: "button", "aria-label": `Copy as ${form}`, onclick: () => copyText(text(), `${what()} as ${form}`) },
        form,
      ),
    ),
  );
}
