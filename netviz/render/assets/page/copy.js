// Copying: text in the forms that others read, escaped as netviz/render/escape.py does, and the clipboard. Uses state.js.

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
    { className: "to-copy", "aria-label": `Copy ${what}`, onclose: () => dialog.remove() },
    el("p", {}, "This page may not use the clipboard. The text is selected: press Ctrl+C or ⌘C."),
    area,
    el("button", { type: "button", onclick: close }, "Close"),
  );
  document.body.append(dialog);
  dialog.showModal();
  area.focus();
  area.select();
}

// Buttons that copy what `texts` gives by the name of the form; `what` names it.
function copyButtons(texts, what) {
  return el(
    "div",
    { className: "copying", role: "group", "aria-label": `Copy ${what()}` },
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
