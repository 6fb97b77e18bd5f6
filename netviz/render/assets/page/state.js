// What the page knows and what is chosen in it. All other files read `data` and `state`, and change it with `change`.

const data = JSON.parse(document.getElementById("data").textContent);

const state = {
  view: "graph", // graph, layers, both or summary
  layer: null, // the selected layer's number in data.layers
  item: null, // the selected element of the drawing, where it stands for more than a layer
  drawing: data.levels.length ? data.levels[0].drawing : null,
  level: data.levels.length ? data.levels[0].name : null,
  families: new Set(), // those shown; empty: all
  query: "",
  color: "family", // or the key of a column
};

const subscribers = [];

// Calls `tell` with the state whenever one of the keys has changed.
function onChange(keys, tell) {
  subscribers.push({ keys, tell });
}

// Takes over what has changed and tells those who asked.
function change(patch) {
  const changed = Object.keys(patch).filter((key) => state[key] !== patch[key]);
  Object.assign(state, patch);
  for (const { keys, tell } of subscribers) {
    if (keys.some((key) => changed.includes(key))) tell(state);
  }
}

// A new element; `props` are properties, `data-…` and `aria-…` attributes, and `on…` listeners; children are elements or text.
function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && !key.includes("-")) made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// Says `text` to those who do not see what has changed.
function announce(text) {
  document.getElementById("status").textContent = text;
}

const texts = []; // by layer, all that is searched, in small letters

function searchedText(index) {
  if (texts[index] === undefined) {
    const layer = data.layers[index];
    const settings = (layer.settings || []).map((number) => data.settings[number].join(" "));
    texts[index] = [layer.path, layer.class_name, JSON.stringify(data.rows[index]), ...settings].join("\n").toLowerCase();
  }
  return texts[index];
}

let found = { key: null, layers: null };

// The numbers of the layers that the chosen families and the search let through.
function matches() {
  const key = `${[...state.families].sort().join()}|${state.query}`;
  if (found.key !== key) {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    const layers = data.layers.keys().filter
      ? [...data.layers.keys()]
      : Array.from(data.layers, (_, index) => index);
    const kept = layers.filter(
      (index) =>
        (!state.families.size || state.families.has(data.layers[index].family)) &&
        words.every((word) => searchedText(index).includes(word)),
    );
    found = { key, layers: new Set(kept) };
  }
  return found.layers;
}

function layerHref(index) {
  return `#layer/${data.layers[index].path.split("/").map(encodeURIComponent).join("/")}`;
}
