// The table of layers: sorted, filtered in step with the graph, columns chosen, copied. Its rows are in the document;
// links and further columns are made when they are first seen. Uses state.js, text.js, copy.js, route.js.

const NUMERIC = ["count", "share", "bytes", "number"];
const CELL_CLASSES = { class: "c", items: "i", shapes: "s", formula: "f", numbers: "n" };

let rows = []; // of layers, by the layer's number
let built = []; // keys of the columns that have cells, in their order
let hiding = null; // the rules that hide columns

function startTable() {
  const table = byId("table");
  rows = [...table.tBodies[0].rows];
  built = data.columns.filter((column) => column.shown).map((column) => column.key);
  hiding = document.getElementById("page-style").sheet;
  for (const head of table.tHead.rows[0].cells) makeSortable(head, head.dataset.key);
  byId("table-bar").append(columnChooser(), copyButtons(tableTexts(), () => `the ${counted(shownLayers().length, "layer")} shown`));
  table.tBodies[0].addEventListener("click", rowClicked);
  table.tBodies[0].addEventListener("keydown", rowKey);
  onChange(["view"], dressTable);
  onChange(["families", "query"], filterRows);
  onChange(["sort"], sortRows);
  onChange(["columns"], showColumns);
  onChange(["layer", "view"], markRow);
  dressTable();
}

let dressed = false;

// Makes links of the names, once the table is seen.
function dressTable() {
  if (dressed || !["layers", "both"].includes(state.view)) return;
  dressed = true;
  rows.forEach((row, index) => {
    const head = row.cells[0];
    const link = el("a", { href: layerHref(index), tabIndex: -1 });
    link.append(...head.childNodes);
    head.append(link);
  });
  enterAt(rows.find((row) => !row.hidden));
}

// One link of the table takes the focus with Tab, the arrow keys move it.
function enterAt(row) {
  const old = byId("table").querySelector('tbody a[tabindex="0"]');
  if (old) old.tabIndex = -1;
  if (row) row.cells[0].querySelector("a").tabIndex = 0;
}

function rowKey(event) {
  const row = event.target.closest("tr");
  const steps = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" };
  const body = row.parentElement;
  let next = null;
  if (event.key in steps) {
    next = row[steps[event.key]];
    while (next?.hidden) next = next[steps[event.key]];
  } else if (event.key === "Home" || event.key === "End") {
    const shownRows = [...body.rows].filter((one) => !one.hidden);
    next = shownRows.at(event.key === "Home" ? 0 : -1);
  } else return;
  event.preventDefault();
  if (!next) return;
  enterAt(next);
  next.cells[0].querySelector("a").focus();
}

// A click anywhere in a row selects its layer, unless text was being marked.
function rowClicked(event) {
  const row = event.target.closest("tr");
  if (!row || event.target.closest("a") || String(getSelection())) return;
  go(layerHref(rows.indexOf(row)));
}

function markRow() {
  const marked = byId("table").querySelector("tr.selected");
  const row = state.layer === null ? null : rows[state.layer];
  if (marked && marked !== row) {
    marked.classList.remove("selected");
    marked.removeAttribute("aria-current");
  }
  if (!row) return;
  row.classList.add("selected");
  row.setAttribute("aria-current", "true");
  if (!dressed) return;
  enterAt(row);
  requestAnimationFrame(() => row.scrollIntoView({ block: "nearest" })); // when the panel has taken its room
}

function filterRows() {
  const kept = matches();
  rows.forEach((row, index) => {
    if (row.hidden === kept.has(index)) row.hidden = !row.hidden;
  });
  if (dressed) enterAt(rows[state.layer]?.hidden === false ? rows[state.layer] : rows.find((row) => !row.hidden));
}

function makeSortable(head, key) {
  const button = el("button", { type: "button", onclick: () => sortBy(key) });
  button.append(...head.childNodes);
  head.append(button);
}

// First click: numbers and sizes from the largest, words from the first; then the other way; then the order of the model.
function sortBy(key) {
  const { kind } = data.columns[columnPlace(key)];
  const first = NUMERIC.includes(kind) || kind === "shapes";
  const { sort } = state;
  if (sort?.key !== key) change({ sort: { key, down: first } });
  else change({ sort: sort.down === first ? { key, down: !first } : null });
}

// What a cell is sorted by: a number, or text; null for what is unknown or says nothing, which comes last.
function sortKey(kind, value) {
  if (value === null || value === undefined || value === "" || value.length === 0) return null;
  if (kind === "shapes") {
    if (value.every((shape) => shape === null)) return null;
    return value.reduce((sum, shape) => sum + (shape ?? []).reduce((size, axis) => size * (axis ?? 1), 1), 0);
  }
  if (NUMERIC.includes(kind)) return typeof value === "number" ? value : largeNumber(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  return cellText(kind, value);
}

// Numbers that JavaScript cannot hold come as text: "12,345,678,901,234,567", "2^200", "Infinity".
function largeNumber(text) {
  const power = /^(-?)2\^(\d+)$/.exec(text);
  const value = power ? (power[1] ? -1 : 1) * 2 ** power[2] : Number(String(text).replaceAll(",", ""));
  return Number.isNaN(value) ? null : value;
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

// The layers in the order that is chosen; equal ones stay in that of the model.
function sortedLayers() {
  const order = [...data.layers.keys()];
  if (!state.sort) return order;
  const place = columnPlace(state.sort.key);
  const { kind } = data.columns[place];
  const keys = data.rows.map((row) => sortKey(kind, row[place]));
  const sign = state.sort.down ? -1 : 1;
  return order.sort((one, other) => {
    const [a, b] = [keys[one], keys[other]];
    if (a === null || b === null) return (a === null) - (b === null) || one - other;
    const found = typeof a === "number" && typeof b === "number" ? a - b : COLLATOR.compare(a, b);
    return (found || 0) * sign || one - other;
  });
}

function sortRows() {
  const { sort } = state;
  const table = byId("table");
  table.classList.toggle("sorted", sort !== null);
  const order = sortedLayers().map((index) => rows[index]);
  table.tBodies[0].replaceChildren(...order);
  for (const head of table.tHead.rows[0].cells) {
    if (head.dataset.key === sort?.key) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  if (!sort) announce("In the order of the model");
}

// Columns that are not shown are hidden by rules of the style sheet, which costs nothing for each row.
function showColumns() {
  for (const key of state.columns) if (!built.includes(key)) buildColumn(key);
  while (hiding.cssRules.length && hiding.cssRules[0].selectorText?.startsWith("#table tr > :nth-child")) hiding.deleteRule(0);
  built.forEach((key, place) => {
    if (!state.columns.includes(key)) hiding.insertRule(`#table tr > :nth-child(${place + 1}) { display: none; }`, 0);
  });
}

function buildColumn(key) {
  const place = columnPlace(key);
  const column = data.columns[place];
  const before = built.filter((one) => columnPlace(one) < place).length;
  built.splice(before, 0, key);
  const table = byId("table");
  const className = NUMERIC.includes(column.kind) ? "n" : CELL_CLASSES[column.kind] ?? "";
  const head = el("th", { scope: "col", "data-key": key, className }, column.title);
  makeSortable(head, key);
  table.tHead.rows[0].insertBefore(head, table.tHead.rows[0].cells[before] ?? null);
  rows.forEach((row, index) => {
    const text = cellText(column.kind, data.rows[index][place]);
    const cell = el("td", { className }, text === UNKNOWN ? el("b", { className: "unknown" }, text) : text);
    row.insertBefore(cell, row.cells[before] ?? null);
  });
  for (const row of table.tFoot?.rows ?? []) row.insertBefore(el("td"), row.cells[before] ?? null);
}

function columnChooser() {
  const boxes = data.columns.slice(1).map((column) =>
    el(
      "label",
      {},
      el("input", {
        type: "checkbox",
        checked: state.columns.includes(column.key),
        onchange: (event) => chooseColumn(column.key, event.target.checked),
      }),
      column.title,
    ),
  );
  const chooser = el("details", { className: "menu" }, el("summary", {}, "Columns"), el("div", { className: "choices" }, boxes));
  chooser.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !chooser.open) return;
    event.stopPropagation();
    chooser.open = false;
    chooser.firstChild.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!chooser.contains(event.target)) chooser.open = false;
  });
  return chooser;
}

function chooseColumn(key, wanted) {
  const chosen = data.columns.map((column) => column.key).filter((one) => (one === key ? wanted : state.columns.includes(one)));
  change({ columns: chosen });
}

// The layers whose rows are shown, in their order.
function shownLayers() {
  const kept = matches();
  return sortedLayers().filter((index) => kept.has(index));
}

// What is copied of the rows and columns shown, by the name of the form.
function tableTexts() {
  const columns = () => state.columns.map((key) => [columnPlace(key), data.columns[columnPlace(key)]]);
  const cells = (write) => shownLayers().map((index) => columns().map(([place, column]) => write(column.kind, data.rows[index][place])));
  return {
    JSON: () =>
      JSON.stringify(
        shownLayers().map((index) => Object.fromEntries(columns().map(([place, column]) => [column.key, data.rows[index][place]]))),
        null,
        2,
      ),
    CSV: () => csvTable([columns().map(([, column]) => column.key), ...cells(csvCell)]),
    Markdown: () =>
      markdownTable(
        columns().map(([, column]) => column.title),
        cells(cellText),
        columns().map(([, column]) => NUMERIC.includes(column.kind)),
      ),
  };
}

// A cell as CSV has it: numbers raw, unknown ones empty, true and false.
function csvCell(kind, value) {
  if (value === null) return "";
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" ? value : cellText(kind, value);
}
