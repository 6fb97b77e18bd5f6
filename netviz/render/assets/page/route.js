// The address of what is shown: #layer/<path>, #group/<id>, #graph, #graph/<level>, #layers, #both, #summary.
// In a frame without an origin (a notebook) there is no history: then nothing is written down. Uses state.js.

const VIEWS = ["graph", "layers", "both", "summary"];

// The addresses of named things: the path, percent-encoded, and "?2" for the second of those whose names look the same.
function addresses(kind, names) {
  const met = new Map();
  return names.map((name) => {
    const path = name.split("/").map(encodeURIComponent).join("/");
    const times = (met.get(path) ?? 0) + 1;
    met.set(path, times);
    return `#${kind}/${path}${times > 1 ? `?${times}` : ""}`;
  });
}

const layerAddresses = addresses("layer", data.layers.map((layer) => layer.path));
const drawingAddresses = addresses("group", data.drawings.map((drawing) => drawing.id));
const places = new Map(); // of layers and of drawings, by address
layerAddresses.forEach((address, layer) => places.set(plain(address), layer));
drawingAddresses.forEach((address, drawing) => places.set(plain(address), drawing));

function layerHref(index) {
  return layerAddresses[index];
}

// The address of a drawing: that of its group, or of its level.
function drawingHref(number) {
  const level = data.levels.find((one) => one.drawing === number);
  if (level) return level === data.levels[0] ? "#graph" : `#graph/${level.name}`;
  return drawingAddresses[number];
}

// An address however it is encoded; "?" stays apart from one in a name.
function plain(address) {
  return address
    .split("?")
    .map((part) => {
      try {
        return encodeURIComponent(decodeURIComponent(part));
      } catch {
        return encodeURIComponent(part);
      }
    })
    .join("?");
}

// What of the state an address stands for; null where it is none of ours, or of something that is not there.
function shown(hash) {
  const [kind, level] = hash.replace(/^#/, "").split("/");
  const place = places.get(plain(hash));
  const graph = state.view === "both" ? "both" : "graph";
  if (kind === "layer" && place !== undefined) return { layer: place, item: null };
  if (kind === "group" && place !== undefined && data.drawings[place].id !== "") {
    return { view: graph, drawing: place, layer: null, item: null };
  }
  if (kind === "graph" || kind === "") {
    const found = data.levels.find((one) => one.name === level) ?? data.levels[0];
    const drawn = found ? { drawing: found.drawing, level: found.name } : {};
    return { view: graph, layer: null, item: null, ...drawn };
  }
  return VIEWS.includes(kind) ? { view: kind, layer: null, item: null } : null;
}

// Shows what an address says, and writes it down.
function go(hash) {
  const patch = shown(hash);
  if (!patch) {
    notFound(hash);
    return;
  }
  change(patch);
  remember(hash);
}

// Writes an address into the history, with what of the state it does not say; "replaceState" adds no step to it.
function remember(hash, how = location.hash === hash ? "replaceState" : "pushState") {
  const { view, drawing, level, layer } = state;
  try {
    history[how]({ view, drawing, level, layer }, "", hash);
  } catch {
    // no history in a frame without an origin
  }
}

// The address of a view: in that of the graph, of the drawing that is shown.
function viewHref(view) {
  return view === "graph" && state.drawing !== null ? drawingHref(state.drawing) : `#${view}`;
}

// Another view of the same: what is selected stays.
function goToView(view) {
  change({ view });
  remember(viewHref(view));
}

// Closes what is selected, and takes it out of the address.
function deselect() {
  change({ layer: null, item: null });
  remember(viewHref(state.view));
}

function notFound(hash) {
  const [kind, ...rest] = hash.replace(/^#/, "").split("/");
  if (kind !== "layer" && kind !== "group") return;
  let name = rest.join("/");
  try {
    name = decodeURIComponent(name);
  } catch {
    // as it stands there
  }
  change({ view: "graph", layer: null, item: null });
  toast(`There is no ${kind} “${name.slice(0, 200)}” in this model.`);
}

function followAddress() {
  const patch = shown(location.hash);
  if (patch) change({ ...patch, ...remembered() });
  else notFound(location.hash);
}

// What the history knows besides the address: the view and the drawing in which a layer was selected, and the layer
// that stayed selected in another view.
function remembered() {
  let known = null;
  try {
    known = history.state;
  } catch {
    // no history in a frame without an origin
  }
  if (!known || !VIEWS.includes(known.view)) return {};
  return {
    view: known.view,
    ...(data.drawings[known.drawing] ? { drawing: known.drawing, level: known.level } : {}),
    ...(data.layers[known.layer] ? { layer: known.layer } : {}),
  };
}

function startRouting() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const hash = link.getAttribute("href");
    const view = link.closest("#views") && hash.slice(1);
    if (!view && !shown(hash) && !/^#(layer|group)\//.test(hash)) return; // another place in this document
    event.preventDefault();
    const before = state.layer;
    if (view) goToView(view);
    else go(hash);
    // What is selected already is gone into.
    if (!view && before !== null && before === state.layer) byId("panel").focus();
  });
  addEventListener("popstate", followAddress);
  onChange(["view"], showView);
  onChange(["layer"], showTitle);
  showView();
  followAddress();
  // A section that scrolls takes the focus when the page is opened at its name.
  addEventListener("load", () => document.activeElement?.matches("main > section") && document.activeElement.blur());
}

function showView() {
  document.documentElement.dataset.view = state.view;
  for (const link of document.querySelectorAll("#views a")) {
    if (link.getAttribute("href") === `#${state.view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const TITLE = document.title;

// The title of the document names what is selected, so that bookmarks and the history do.
function showTitle() {
  document.title = state.layer === null ? TITLE : `${data.layers[state.layer].name} · ${TITLE}`;
}
