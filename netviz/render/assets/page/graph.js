// The graph: shows the picture of `state.drawing`, lets its boxes be chosen and opened, and marks what is chosen.
// Uses data.js, state.js, text.js, route.js, picture.js, and of all below it what starts them.

const graph = {
  canvas: byId("canvas"), // scrolls
  sheet: el("div", { className: "sheet" }), // as large as the picture at the present zoom, with room around
  percent: el("output", { className: "percent", title: "Zoom" }),
  opener: null,
  picture: null, // what is shown, from picture.js
  marked: [], // the elements that are selected, the one that is meant first
};

const readPictures = new Map(); // by drawing, so that going back takes no time
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
  graph.opener = makeOpener();
  graph.sheet.append(drawn ?? graph.canvas.firstElementChild, graph.opener);
  graph.canvas.replaceChildren(graph.sheet);
  fillGraphBar();
  startColors();
  startMoving();
  startMinimap();
  startTracing();
  startGraphKeys();
  graph.canvas.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-n]");
    if (element) selectElement(Number(element.dataset.n));
    else if (graph.marked.length && !event.target.closest?.("button")) deselect();
  });
  graph.canvas.addEventListener("dblclick", (event) => {
    const element = event.target.closest?.("[data-n]");
    if (element) openElement(Number(element.dataset.n));
  });
  onChange(["drawing"], showDrawing);
  onChange(["layer", "item", "drawing"], markSelection);
  [look.width, look.height] = [graph.canvas.clientWidth, graph.canvas.clientHeight];
  showDrawing();
}

function showDrawing() {
  rememberView();
  const picture = pictureOf(state.drawing);
  trace.hovered = null;
  showTrace(null);
  for (const n of graph.marked) unmark(graph.picture.elements[n]);
  graph.picture = picture;
  graph.marked = [];
  trace.shown = null;
  placeOpener(null);
  graph.sheet.firstElementChild.replaceWith(picture ? picture.svg : unshown(state.drawing));
  byId("graph").classList.toggle("undrawn", !picture);
  fillTrail();
  markLevel();
  if (!picture) return drawMinimap();
  colorPicture();
  fadeFiltered();
  showAgain();
  markSelection();
}

function pictureOf(drawing) {
  if (!readPictures.has(drawing)) {
    const drawn = pictureNumber(data.drawings[drawing].picture);
    readPictures.set(drawing, drawn ? decorated(drawn, drawing) : null);
  }
  return readPictures.get(drawing);
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
  const picture = readPicture(drawn, items);
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
  picture.current = Math.min(picture.first, picture.elements.length - 1);
  picture.elements[picture.current]?.setAttribute("tabindex", "0");
  drawn.style.setProperty("--stretch", widest / BAND);
  return picture;
}

const BAND = 7; // the width of the band that shows the colour on a card

function itemWords(item) {
  return [
    item.names.join(" · ") || item.id,
    item.class_name || (item.kind === "group" ? "group" : ""),
    item.repeats.length ? `${item.repeats.join(", ")} times` : "",
    item.parameters ? counted(item.parameters, "parameter") : "",
    item.opens === null ? "" : "can be opened",
  ]
    .filter(Boolean)
    .join(", ");
}

// What is meant by an element: the layer, if it stands for one alone, else the element.
function selectElement(n, how = "pushState") {
  const { picture } = graph;
  const { layers, kind } = picture.items[n];
  picture.chosen = n; // of several calls of one layer this is the one
  focusElement(n);
  if (layers.length !== 1 || kind === "group") {
    change({ item: n, layer: null });
    return remember(viewHref(state.view), how); // the address of a layer would be that of another one
  }
  const [layer] = layers;
  if (state.layer === layer) return markSelection(); // another call of it
  change({ layer, item: null });
  remember(layerHref(layer), how);
}

// Opens the inside of an element; says whether it has any.
function openElement(n) {
  const { opens } = graph.picture.items[n];
  if (opens === null) return false;
  goToDrawing(opens);
  return true;
}

// Every drawing has an address: that of its level, or of its group. A layer stays selected at another level.
function goToDrawing(drawing) {
  const level = data.levels.find((one) => one.drawing === drawing);
  if (level && state.layer !== null) {
    change({ drawing, level: level.name, item: null });
    remember(layerHref(state.layer));
  } else go(drawingHref(drawing));
}

function goUp() {
  const { trail } = data.drawings[state.drawing];
  if (!trail.length) return false;
  const from = state.drawing;
  goToDrawing(trail[trail.length - 1]);
  const n = graph.picture?.items.findIndex((item) => item.opens === from) ?? -1;
  if (n >= 0) {
    focusElement(n);
    reveal(n);
  }
  return true;
}

// Makes an element the one in the tab order, and focuses it.
function focusElement(n) {
  const { picture } = graph;
  picture.elements[picture.current]?.setAttribute("tabindex", "-1");
  picture.current = n;
  picture.elements[n].setAttribute("tabindex", "0");
  picture.elements[n].focus({ preventScroll: true });
}

// The elements that stand for a layer in a picture, the one meant first: its own boxes, or what it is closed in.
function elementsOf(picture, layer) {
  const all = picture.boxesOf.get(layer) || [];
  const best = all.filter((n) => extent(picture.items[n]) === extent(picture.items[all[0]]));
  return best.includes(picture.chosen) ? [picture.chosen, ...best.filter((n) => n !== picture.chosen)] : best;
}

// Marks what is selected and brings it into view.
function markSelection() {
  const { picture } = graph;
  if (!picture) return;
  let wanted = [];
  if (state.item !== null && picture.items[state.item]) wanted = [state.item];
  else if (state.layer !== null) {
    wanted = elementsOf(picture, state.layer);
    const level = data.levels.find((one) => one.name === state.level) || data.levels[0];
    if (!wanted.length && state.drawing !== level.drawing) return change({ drawing: level.drawing });
  }
  const before = new Set(graph.marked);
  for (const n of graph.marked) if (!wanted.includes(n)) unmark(picture.elements[n]);
  for (const n of wanted) {
    picture.elements[n].classList.add("selected");
    picture.elements[n].setAttribute("aria-current", "true");
  }
  graph.marked = wanted;
  placeOpener(null);
  updateTrace();
  if (wanted.length && !before.has(wanted[0])) {
    picture.elements[picture.current]?.setAttribute("tabindex", "-1");
    picture.current = wanted[0];
    picture.elements[picture.current].setAttribute("tabindex", "0");
    // Not at once: the second click of two has to find the box where the first one was, and the panel comes in.
    setTimeout(() => graph.picture === picture && graph.marked[0] === wanted[0] && reveal(wanted[0]), SETTLED.reveal);
  }
}

function unmark(element) {
  element.classList.remove("selected");
  element.removeAttribute("aria-current");
}

// Shows the graph with a layer in it: in the innermost drawing that has it as a box of its own.
function showLayer(layer) {
  const own = (drawing) =>
    data.drawings[drawing].items.some((item) => !["group", "closed"].includes(item.kind) && item.layers.includes(layer));
  const depth = (drawing) => data.drawings[drawing].trail.length;
  const candidates = [...data.drawings.keys()]
    .filter((drawing) => data.drawings[drawing].picture != null && own(drawing))
    .sort((one, other) => depth(other) - depth(one));
  const drawing = own(state.drawing) ? state.drawing : (candidates[0] ?? state.drawing);
  const view = state.view === "both" ? "both" : "graph";
  const level = data.levels.find((one) => one.drawing === drawing)?.name ?? state.level;
  change({ view, level, drawing, layer, item: null });
  if (!graph.picture || !look.width) return;
  if (look.zoom < ZOOM.legible) zoomTo(ZOOM.legible);
  const [n] = elementsOf(graph.picture, layer);
  if (n !== undefined) reveal(n);
}
