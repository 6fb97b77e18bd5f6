// What is chosen in the page, and what all other files use. They read `state` and change it with `change`. Uses data.js.

const state = {
  view: "graph", // graph, layers, both or summary
  layer: null, // the number of the selected layer in data.layers
  call: null, // the number of its call that is meant, from 0; null for the layer as such
  item: null, // the number of the selected item of the drawing, where it stands for more than a layer
  drawing: data.levels.length ? data.levels[0].drawing : null,
  families: new Set(), // those let through; empty: all
  query: "",
  color: "family", // or the key of a column
  columns: data.columns.filter((column) => column.shown).map((column) => column.key),
  sort: null, // {key, down} of the column that the table is sorted by
};

const subscribers = [];

// Calls `tell` with the state whenever one of the keys has changed.
function onChange(keys, tell) {
  subscribers.push({ keys, tell });
}

const untold = []; // lists of keys that have changed

// Takes over what has changed and tells those who asked. What they change in turn is told afterwards.
function change(patch) {
  const changed = Object.keys(patch).filter((key) => !Object.is(state[key], patch[key]));
  if (!changed.length) return;
  Object.assign(state, patch);
  if (untold.push(changed) > 1) return; // whoever is telling goes on with it
  try {
    for (; untold.length; untold.shift()) {
      for (const { keys, tell } of subscribers) {
        if (keys.some((key) => untold[0].includes(key))) tell(state);
      }
    }
  } finally {
    untold.length = 0;
  }
}

// A new element; `props` are properties, attributes, and `on…` listeners; children are elements or text. Text stays text.
function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && !key.includes("-")) made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// An element of SVG; `attributes` only.
function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

// Says `text` to those who do not see what has changed.
function announce(text) {
  byId("status").textContent = text;
}

let toastEnds = 0;

// Says `text` to everyone, for a while.
function toast(text) {
  announce(text);
  const status = byId("status");
  status.classList.add("shown");
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => status.classList.remove("shown"), 4000);
}

// Text as it is searched: small letters, no brackets, and sizes in one way, so that 3x3, (3, 3) and 3×3 are the same.
function normalised(text) {
  return text
    .toLowerCase()
    .replace(/[()[\]]/g, "")
    .replace(/(?<=\d|none)\s*[x×,]\s*(?=\d|none)/g, "×");
}

const searched = []; // by layer, all of it that is searched

function searchedText(index) {
  searched[index] ??= searchedParts(index).map(([, text]) => normalised(text)).join("\n");
  return searched[index];
}

const SEARCHED = ["text", "count", "shapes"]; // kinds of columns; not what speaks of other layers

// What is searched of a layer: [what it is, its text], the path and the class first.
function searchedParts(index) {
  const layer = data.layers[index];
  const parts = [["name", layer.path], ["class", layer.class_name ?? ""]];
  data.columns.forEach((column, place) => {
    if (column.of || !SEARCHED.includes(column.kind)) return;
    const text = cellText(column.kind, data.rows[index][place]);
    if (text) parts.push([column.title, text]);
  });
  for (const weight of weightsOf(index)) parts.push([weight.name, `${shapeText(weight.shape)} ${weight.dtype ?? ""}`]);
  for (const number of layer.settings) parts.push([data.settings[number][0], data.settings[number].join(" ")]);
  return parts;
}

// The words of a query, each as a test of normalised text. A size such as 3×3 is found whole, not within 13×32.
function queryWords(query) {
  return normalised(query)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      if (!/^\d.*×.*\d$/.test(word)) return (text) => text.includes(word);
      const whole = new RegExp(`(?<![\\d.])${word.replace(/[.*+?^${}|\\/-]/g, "\\$&")}(?![\\d.])`);
      return (text) => whole.test(text);
    });
}

let found = { families: null, query: null, layers: null };

// The numbers of the layers that the chosen families and the search let through.
function matches() {
  if (found.families !== state.families || found.query !== state.query) {
    const words = queryWords(state.query);
    const layers = new Set();
    data.layers.forEach((layer, index) => {
      if (state.families.size && !state.families.has(layer.family)) return;
      if (words.every((isIn) => isIn(searchedText(index)))) layers.add(index);
    });
    found = { families: state.families, query: state.query, layers };
  }
  return found.layers;
}

// Whether anything is left out.
function isFiltered() {
  return state.families.size > 0 || state.query.trim() !== "";
}
