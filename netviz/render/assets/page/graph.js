// The graph: shows the picture of `state.drawing`, lets its boxes be chosen and opened, and marks what is chosen.
// Uses data.js, state.js, text.js, addresses.js, route.js, picture.js, and of all below it what starts them.

const graph = {
  canvas: byId("canvas"), // scrolls
  sheet: el("div", { className: "sheet" }), // as large as the picture at the present zoom, with room around
  percent: el("span", { className: "percent", title: "Zoom" }),
  openButton: null,
  picture: null, // what is shown, from picture.js
  marked: [], // the elements that are selected, the one that is meant first
  wanted: null, // the element that is to be brought into view as soon as the graph is seen
  stepped: null, // the element that the last click selected, where that is a step of the history
};

const KEPT = 8; // pictures
const readPictures = new Map(); // by drawing, those shown last, so that going back takes no time
let standing = null; // the picture that stands in the document, and its number

function startGraph() {
  const first = data.levels[0]?.drawing;
  const drawn = graph.canvas.querySelector("svg");
  if (first === undefined) {
    byId("graph-bar").hidden = byId("trail").hidden = byId("legend").hidden = true;
    return;
  }
  standing = { number: data.drawings[first].picture, drawn: drawn?.cloneNode(true) };
  if (drawn) readPictures.set(first, decorated(drawn, first));
  graph.openButton = makeOpenButton();
  graph.sheet.append(drawn ?? graph.canvas.firstElementChild, graph.openButton);
  graph.canvas.replaceChildren(graph.sheet);
  fillGraphBar();
  startColors();
  startMoving();
  startMinimap();
  startTracing();
  startGraphKeys();
  graph.canvas.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-n]");
    if (element) clickElement(Number(element.dataset.n), event.detail > 1);
    else if (graph.marked.length && !event.target.closest?.("button")) deselect();
  });
  graph.canvas.addEventListener("dblclick", (event) => {
    const element = event.target.closest?.("[data-n]");
    const n = Number(element?.dataset.n);
    // The first click of the two was none of its own: back leads to before it.
    if (element) openElement(n, graph.stepped === n ? "replaceState" : undefined);
  });
  onChange(["drawing"], showDrawing);
  onChange(["layer", "call", "item", "drawing"], markSelection);
  [look.width, look.height] = [graph.canvas.clientWidth, graph.canvas.clientHeight];
  showDrawing();
}

function showDrawing() {
  rememberView();
  const picture = pictureOf(state.drawing);
  const focused = [graph.canvas, byId("trail")].some((part) => part.contains(document.activeElement)); // on what goes
  clearTimeout(trace.timer); // of an element of the last picture
  trace.hovered = trace.element = null;
  showTrace([]);
  for (const n of graph.marked) unmark(graph.picture.elements[n]);
  graph.picture = picture;
  graph.marked = [];
  graph.wanted = null;
  trace.through = "";
  placeOpenButton(null);
  graph.sheet.firstElementChild.replaceWith(picture ? picture.svg : unshown(state.drawing));
  byId("graph").classList.toggle("undrawn", !picture);
  fillTrail();
  markLevel();
  if (!picture) return drawMinimap();
  colorPicture();
  fadeFiltered();
  showAgain();
  markSelection();
  if (!focused || !picture.elements.length) return;
  focusElement(picture.current);
  setTimeout(keepFocus); // on the way back to "#graph" the browser takes it away, as that is the id of a section
}

function pictureOf(drawing) {
  const drawn = readPictures.has(drawing) ? null : pictureNumber(data.drawings[drawing].picture);
  const picture = readPictures.get(drawing) ?? (drawn ? decorated(drawn, drawing) : null);
  readPictures.delete(drawing);
  readPictures.set(drawing, picture);
  if (readPictures.size > KEPT) readPictures.delete(readPictures.keys().next().value);
  return picture;
}

function pictureNumber(number) {
  if (number === standing.number) return standing.drawn?.cloneNode(true);
  return byId(`picture-${number}`)?.content.firstElementChild.cloneNode(true);
}

function unshown(drawing) {
  return el("p", { className: "nothing" }, data.drawings[drawing].problem ?? "This part could not be drawn.");
}

// The picture with what is needed to use it: buttons with names, of which one at a time is in the tab order.
function decorated(drawn, drawing) {
  const { items, title, about } = data.drawings[drawing];
  const picture = { ...readPicture(drawn, items), drawing };
  drawn.setAttribute("role", "group");
  drawn.setAttribute("aria-label", [title, about].filter(Boolean).join(". ") || data.model.title);
  drawn.setAttribute("aria-describedby", "graph-keys");
  for (const part of drawn.querySelectorAll(".edges, .head")) part.setAttribute("aria-hidden", "true");
  let widest = 0;
  picture.elements.forEach((element, n) => {
    const item = items[n];
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "-1");
    element.setAttribute("aria-label", itemWords(item));
    if (item.opens !== null) element.classList.add("opens");
    if (n >= picture.first) widest = Math.max(widest, picture.places[n].width);
  });
  const first = items.findIndex((item, n) => n >= picture.first && item.kind !== "stub");
  picture.current = first < 0 ? Math.min(picture.first, picture.elements.length - 1) : first;
  picture.elements[picture.current]?.setAttribute("tabindex", "0");
  drawn.style.setProperty("--stretch", widest / BAND);
  return picture;
}

const BAND = 7; // the width of the band that shows the colour on a card

function itemWords(item) {
  const call = callOf(item);
  const frame = item.kind === "group"; // its inside is seen already
  return [
    item.names.join(" · ") || item.id,
    item.class_name,
    frame ? "group" : "",
    call === null || item.kind === "stub" ? "" : `call ${call + 1} of ${data.layers[layerOf(item)].calls.length}`,
    timesText(item) && `${timesText(item)} times`,
    item.parameters ? counted(item.parameters, "parameter") : "",
    item.opens === null ? "" : frame ? "can be shown alone" : "can be opened",
  ]
    .filter(Boolean)
    .join(", ");
}

// How often an item repeats: "12", or "3, 4, 6" where each repeat of what is around has its own number, as on its
// badge; "" for what stands once.
function timesText({ repeats }) {
  const numbers = new Set(repeats).size === 1 ? repeats.slice(0, 1) : repeats;
  if (numbers.length < 2 && (numbers[0] ?? 1) === 1) return "";
  return numbers.length > 8 ? `${Math.min(...numbers)} to ${Math.max(...numbers)}` : numbers.join(", ");
}

// The number of the element that has the focus of the keyboard, or null.
function focusedElement() {
  const focused = document.activeElement;
  return focused?.matches?.("#canvas [data-n]:focus-visible") ? Number(focused.dataset.n) : null;
}

// The layer that an item is, with all that is inside of it; null where it stands for several, or for what repeats.
function layerOf(item) {
  const { kind, layers, repeats } = item;
  const [layer] = layers;
  if (layers.length === 1 && kind !== "group") return layer;
  if (!["group", "closed"].includes(kind) || !layers.length || repeats.length || Number.isNaN(turnOf(item, layer))) return null;
  const isIn = (one) => one === layer || (one !== null && isIn(data.layers[one].parent));
  return layers.every(isIn) ? layer : null;
}

// Which call of a layer the id of an item says that it is, from 0; not a number where it is of something else.
function turnOf(item, layer) {
  const { path } = data.layers[layer];
  if (item.id === path) return 0;
  return item.id.startsWith(`${path}#`) ? Number(item.id.slice(path.length + 1)) - 1 : NaN;
}

// Which call of its layer an item is, from 0; null where the layer is called once, or the item stands for several calls.
function callOf(item) {
  const layer = item.repeats.length ? null : layerOf(item);
  if (layer === null) return null;
  const { calls = [] } = data.layers[layer];
  const call = turnOf(item, layer);
  return calls.length > 1 && call in calls ? call : null;
}

function clickElement(n, again) {
  const before = selectedHref();
  selectElement(n);
  if (!again || graph.stepped !== n) graph.stepped = selectedHref() === before ? null : n;
}

// What is meant by an element: the layer or a call of it, if it stands for one alone, else the element.
function selectElement(n, how) {
  const { picture } = graph;
  const item = picture.items[n];
  picture.chosen = n; // of several boxes of one layer this is the one
  focusElement(n);
  const layer = item.kind === "group" ? null : layerOf(item);
  if (layer === null) {
    change({ ...NOTHING, item: n });
    return remember(selectedHref(), how);
  }
  const call = callOf(item);
  if (state.layer === layer && state.call === call) return markSelection(); // another box of it
  change({ layer, call, item: null });
  remember(selectedHref(), how);
}

// Opens the inside of an element; says whether it has any.
function openElement(n, how) {
  const { opens } = graph.picture.items[n];
  if (opens === null) return false;
  goToDrawing(opens, how);
  return true;
}

// Every drawing has an address: that of its level, or of its group. A layer stays selected at another level.
function goToDrawing(drawing, how) {
  if (levelOf(drawing) && state.layer !== null) {
    change({ drawing, item: null });
    remember(selectedHref(), how);
  } else go(drawingHref(drawing), how);
}

function goUp() {
  const from = state.drawing;
  const above = drawingAbove(from);
  if (above === undefined) return false;
  goToDrawing(above);
  const n = graph.picture?.items.findIndex((item) => item.opens === from) ?? -1;
  if (n >= 0) {
    focusElement(n);
    reveal(n);
  }
  return true;
}

// Makes an element the one in the tab order.
function stopAt(n) {
  const { picture } = graph;
  picture.elements[picture.current]?.setAttribute("tabindex", "-1");
  picture.current = n;
  picture.elements[n].setAttribute("tabindex", "0");
}

function focusElement(n) {
  stopAt(n);
  graph.picture.elements[n].focus({ preventScroll: true });
}

// The elements that stand for a layer in a picture, the one meant first: its own boxes, or what it is closed in.
function elementsOf(picture, layer, call = null) {
  const all = picture.boxesOf.get(layer) || [];
  const best = all.filter((n) => extent(picture.items[n]) === extent(picture.items[all[0]]));
  const called = call === null ? [] : best.filter((n) => callOf(picture.items[n]) === call);
  if (called.length) return called;
  return best.includes(picture.chosen) ? [picture.chosen, ...best.filter((n) => n !== picture.chosen)] : best;
}

// Marks what is selected and brings it into view.
function markSelection() {
  const { picture } = graph;
  if (!picture) return;
  let selected = [];
  if (state.item !== null && picture.items[state.item]) selected = [state.item];
  else if (state.layer !== null) {
    selected = elementsOf(picture, state.layer, state.call);
    // What is not in an opened group is in the level that it was opened from.
    if (!selected.length && !levelOf(state.drawing)) return change({ drawing: way.level.drawing });
  }
  const before = new Set(graph.marked);
  if (before.size && !selected.length) queueMicrotask(keepFocus); // when the panel has gone
  for (const n of graph.marked) if (!selected.includes(n)) unmark(picture.elements[n]);
  for (const n of selected) {
    picture.elements[n].classList.add("selected");
    picture.elements[n].setAttribute("aria-current", "true");
  }
  graph.marked = selected;
  placeOpenButton(null);
  updateTrace();
  if (!selected.length || before.has(selected[0])) return;
  stopAt(selected[0]);
  graph.wanted = selected[0];
  // Not at once: the second click of two has to find the box where the first one was, and the panel comes in.
  setTimeout(revealWanted, SETTLED.reveal);
}

// What had the focus is gone, or there was no such thing: the box in the tab order has it now.
function keepFocus() {
  const focused = document.activeElement;
  if (focused && focused !== document.body && focused.getClientRects().length) return;
  if (graph.picture?.elements.length) focusElement(graph.picture.current);
}

function unmark(element) {
  element.classList.remove("selected");
  element.removeAttribute("aria-current");
}

// Shows the graph with a layer in it: in the innermost drawing that has it as a box of its own.
function showLayer(layer) {
  const own = (drawing) =>
    data.drawings[drawing].items.some(
      (item) => layerOf(item) === layer || (!["group", "closed", "stub"].includes(item.kind) && item.layers.includes(layer)),
    );
  const depth = (drawing) => data.drawings[drawing].trail.length;
  const candidates = [...data.drawings.keys()]
    .filter((drawing) => data.drawings[drawing].picture != null && own(drawing))
    .sort((one, other) => depth(other) - depth(one));
  const drawing = own(state.drawing) ? state.drawing : (candidates[0] ?? state.drawing);
  const call = state.layer === layer ? state.call : null;
  change({ ...NOTHING, view: state.view === "both" ? "both" : "graph", drawing, layer, call });
  resizeView(); // of a graph that was not seen
  if (!graph.picture || !look.width) return;
  if (look.zoom < ZOOM.legible) zoomTo(ZOOM.legible);
  const [n] = graph.marked;
  if (n !== undefined) reveal(n);
}
