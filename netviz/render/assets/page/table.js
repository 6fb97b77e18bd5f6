// The table of layers: sorted, filtered in step with the graph, columns chosen, copied. Its rows are in the document;
// links and further columns are made when they are first seen. Uses state.js, text.js, copy.js, route.js.

const CELL_CLASSES = { class: "c", items: "i", shapes: "s", formula: "f", numbers: "n", lengths: "n" };

let rows = []; // of layers, by the layer's number
let built = []; // keys of the columns that have cells, in their order
const hiding = new CSSStyleSheet(); // columns that are not shown

function startTable() {
  for (const one of document.querySelectorAll(".scroller, #summary .sheet")) markEdge(one);
  const table = byId("table");
  rows = [...table.tBodies[0].rows];
  built = data.columns.filter((column) => column.shown).map((column) => column.key);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, hiding];
  for (const head of table.tHead.rows[0].cells) makeSortable(head, head.dataset.key);
  byId("table-bar").append(columnChooser(), copyButtons(tableTexts(), "Copy the layers shown", () => `the ${counted(shownLayers().length, "layer")} shown`));
  table.tBodies[0].addEventListener("click", rowClicked);
  table.tBodies[0].addEventListener("keydown", rowKey);
  onChange(["view"], dressTable);
  onChange(["families", "query"], filterRows);
  onChange(["sort"], sortRows);
  onChange(["columns"], showColumns);
  onChange(["families", "query", "columns"], showSums);
  onChange(["layer", "view"], markRow);
  dressTable();
}

let dressed = false;

// Marks what scrolls sideways for as long as there is more of it at the right.
function markEdge(scrolled) {
  const mark = () => {
    scrolled.style.setProperty("--bar", `${scrolled.offsetWidth - scrolled.clientWidth}px`);
    scrolled.classList.toggle("scrolls-on", scrolled.scrollLeft + scrolled.clientWidth < scrolled.scrollWidth - 1);
  };
  const sizes = new ResizeObserver(mark);
  for (const one of [scrolled, ...scrolled.children]) sizes.observe(one);
  scrolled.addEventListener("scroll", mark, { passive: true });
}

// Makes links of the names, once the table is seen.
function dressTable() {
  if (dressed || !["layers", "both"].includes(state.view)) return;
  dressed = true;
  rows.forEach((row, index) => {
    const head = row.cells[0];
    const link = el("a", { href: layerHref(index), tabIndex: -1 });
    link.append(...head.childNodes);
    if (!link.textContent.trim()) link.textContent = nameText(data.layers[index].name);
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
  const first = NUMERIC.includes(kind) || kind === "shapes" || kind === "lengths";
  const { sort } = state;
  if (sort?.key !== key) change({ sort: { key, down: first } });
  else change({ sort: sort.down === first ? { key, down: !first } : null });
}

// What a cell is sorted by: a number, or text; null for what is unknown or says nothing, which comes last.
function sortKey(kind, value) {
  if (value === null || value === undefined || value === "" || value.length === 0) return null;
  if (kind === "shapes") {
    if (value.every((shape) => shape === null)) return null;
    return value.reduce((sum, shape) => sum + (shape ?? []).reduce((size, axis) => size * (numberOf(axis) ?? 1), 1), 0);
  }
  if (kind === "lengths") return Array.isArray(value) ? value.reduce((product, length) => product * (numberOf(length) ?? 1), 1) : Infinity;
  if (NUMERIC.includes(kind)) return numberOf(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  return cellText(kind, value);
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
    const found = typeof a === "number" && typeof b === "number" ? Math.sign(a - b) : COLLATOR.compare(a, b);
    return (found || 0) * sign || one - other; // two infinite ones are equal
  });
}

function sortRows() {
  const { sort } = state;
  const table = byId("table");
  table.classList.toggle("sorted", sort !== null);
  const order = document.createDocumentFragment();
  for (const index of sortedLayers()) order.append(rows[index]);
  table.tBodies[0].append(order);
  for (const head of table.tHead.rows[0].cells) {
    if (head.dataset.key === sort?.key) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  if (!sort) announce("In the order of the model");
}

// Columns that are not shown are hidden by a style sheet of their own, which costs nothing for each row.
function showColumns() {
  for (const key of state.columns) if (!built.includes(key)) buildColumn(key);
  const hidden = [...built.keys()].filter((place) => !state.columns.includes(built[place]));
  hiding.replaceSync(hidden.map((place) => `#table tr > :nth-child(${place + 1}) { display: none; }`).join("\n"));
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

const SUMS = ["count", "bytes", "share"]; // kinds of columns

let sums = null; // the row with the sums of the rows shown

// Where rows are left out, their sums stand above those of the whole model, which are called so.
function showSums() {
  const foot = byId("table").tFoot;
  if (!foot) return;
  if (!sums) {
    sums = foot.insertRow(0);
    sums.append(el("th", { scope: "row" }), ...built.slice(1).map(() => el("td")));
    for (const [place, cell] of [...sums.cells].entries()) cell.className = foot.rows[1].cells[place].className;
  }
  sums.hidden = !isFiltered();
  const whole = foot.rows[foot.rows.length - 1].cells[0];
  whole.textContent = whole.textContent.replace(...(isFiltered() ? [/^Total/, "Whole model"] : [/^Whole model/, "Total"]));
  if (sums.hidden) return;
  const counting = outermost(matches());
  built.forEach((key, place) => {
    const { kind } = data.columns[columnPlace(key)];
    const text = place ? sumText(kind, counting.map((index) => cellOf(index, key))) : shownOf();
    sums.cells[place].textContent = text;
  });
}

// How many of all layers are shown: "12 of 1,041 layers".
function shownOf() {
  return `${countText(matches().size)} of ${counted(data.layers.length, "layer")}`;
}

// The layers that stand in no other one of them: what these have in them is counted with them.
function outermost(layers) {
  const isInside = (index) => {
    for (let { parent } = data.layers[index]; parent !== null; { parent } = data.layers[parent]) if (layers.has(parent)) return true;
    return false;
  };
  return [...layers].filter((index) => !isInside(index));
}

function sumText(kind, cells) {
  if (!SUMS.includes(kind)) return "";
  const [zero, add] = kind === "share" ? [0, numberOf] : [0n, wholeOf];
  const known = cells.filter((cell) => cell !== "").map(add);
  const sum = known.filter((cell) => cell !== null).reduce((one, other) => one + other, zero);
  return `${known.includes(null) ? "at least " : ""}${cellText(kind, sum)}`;
}

// What is copied of the rows and columns shown, by the name of the form.
function tableTexts() {
  const columns = () => state.columns.map((key) => [columnPlace(key), data.columns[columnPlace(key)]]);
  const cells = (write) => shownLayers().map((index) => columns().map(([place, column]) => write(column.kind, data.rows[index][place])));
  return {
    JSON: () => jsonText(shownLayers().map((index) => jsonRow(index, columns().map(([, column]) => column)))),
    CSV: () => csvTable([columns().map(([, column]) => column.key), ...cells(csvCell)]),
    Markdown: () =>
      markdownTable(
        columns().map(([, column]) => column.title),
        cells(cellText),
        columns().map(([, column]) => NUMERIC.includes(column.kind)),
      ),
  };
}

// What the table says of a layer in these columns, for JSON.
function jsonRow(index, columns) {
  return Object.fromEntries(columns.map(({ key, kind }) => [key, jsonCell(kind, cellOf(index, key))]));
}

// A cell as CSV has it: numbers raw, unknown ones empty, true and false.
function csvCell(kind, value) {
  if (value === null) return "";
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" ? value : cellText(kind, value);
}
