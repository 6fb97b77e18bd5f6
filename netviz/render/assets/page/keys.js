// The graph by keyboard. It is one stop of the tab key: arrows lead from box to box, + − 0 zoom, Enter opens, u goes up.
// Uses state.js, picture.js, graph.js, move.js.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const GRAPH_KEYS = {
  "+": () => zoomTo(look.zoom * ZOOM.step),
  "=": () => zoomTo(look.zoom * ZOOM.step),
  "-": () => zoomTo(look.zoom / ZOOM.step),
  "−": () => zoomTo(look.zoom / ZOOM.step),
  0: fitView,
  u: goUp,
  Backspace: goUp,
};

function startGraphKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !graph.picture) return;
    const inside = graph.canvas.contains(event.target);
    const free = inside || event.target === document.body || event.target.closest?.("#graph-bar button, #trail");
    if (!free || graph.canvas.clientWidth === 0) return;
    const done = (inside && keyOnElement(event)) || (GRAPH_KEYS[event.key] && GRAPH_KEYS[event.key]() !== false);
    if (done) event.preventDefault();
  });
  graph.canvas.addEventListener("focusin", () => placeOpenButton());
  graph.canvas.addEventListener("focusout", () => requestAnimationFrame(() => placeOpenButton()));
}

// Keys for the element that has the focus; says whether there was something to do.
function keyOnElement(event) {
  const element = event.target.closest("[data-n]");
  if (!element) return false;
  const n = Number(element.dataset.n);
  const { picture } = graph;
  if (ARROWS[event.key]) {
    const next = event.shiftKey ? otherDepth(picture, n, event.key) : boxTowards(picture, n, ARROWS[event.key]);
    if (next !== null && next !== undefined) moveOn(next);
    return true;
  }
  if (event.key === "Home" || event.key === "End") {
    moveOn(event.key === "Home" ? picture.first : picture.elements.length - 1);
    return true;
  }
  if (event.key === "Enter" || event.key === " ") {
    if (event.key === " " || !openElement(n)) {
      selectElement(n);
      reveal(n);
    }
    return true;
  }
  return false;
}

// Shift and up: the group around; shift and down: the first box inside of a group.
function otherDepth(picture, n, key) {
  if (key === "ArrowUp") return groupAround(picture, n);
  if (key === "ArrowDown" && n < picture.first) return insideOf(picture, n).find((one) => one >= picture.first);
  return null;
}

// The focus moves; where something is selected, so does the selection, which the history does not keep step by step.
function moveOn(n) {
  if (graph.marked.length) selectElement(n, "replaceState");
  else focusElement(n);
  reveal(n);
}
