// Moving over the drawing: it is panned by scrolling #canvas and zoomed by a transform, which keeps it sharp and costs
// no layout. Uses state.js, graph.js (`graph`), opener.js, minimap.js.

const ZOOM = { least: 0.02, most: 4, step: 1.25, legible: 0.8, far: 0.3, tiny: 0.1 };
const CLEAR = 24; // pixels of room besides, for what the panel covers
const MARGIN = 16; // pixels beside a drawing that is fitted into the view
const FEW = { boxes: 4, zoom: 1.6 }; // so few may be drawn larger than they are, to fill the view
const SETTLED = { resize: 320, reveal: 450 }; // milliseconds after which no second click follows

// width, height: those of the view, 0 while it is not seen; left, top: the room beside the picture; right, bottom: of the
// view what the panel covers; fitted: all of the picture is seen because that was asked for, so it stays so; begun:
// where the view was put when the drawing was shown first.
const look = {
  zoom: 1, width: 0, height: 0, left: 0, top: 0, right: 0, bottom: 0, fitted: false, begun: null, resizing: 0,
};
const seenViews = new Map(); // by drawing, how it was left

// Gives the sheet its size at this zoom: along an axis that is longer than the view there is half a view of room on both
// sides, so that every corner can be brought to the middle; where all is seen, it stands in the middle. What the panel
// covers is room besides, so that what lies behind it can be brought out.
function laySheet() {
  const { sheet, picture } = graph;
  const [width, height] = [picture.width * look.zoom, picture.height * look.zoom];
  look.left = Math.round(width <= look.width ? (look.width - width) / 2 : look.width / 2);
  look.top = Math.round(height <= look.height ? (look.height - height) / 2 : look.height / 2);
  sheet.style.width = `${Math.floor(width <= look.width ? look.width : width + 2 * look.left) + look.right}px`;
  sheet.style.height = `${Math.floor(height <= look.height ? look.height : height + 2 * look.top) + look.bottom}px`;
  picture.svg.style.transform = `translate(${look.left}px, ${look.top}px) scale(${look.zoom})`;
  for (const name of ["far", "tiny"]) picture.svg.classList.toggle(name, look.zoom < ZOOM[name]);
  graph.percent.textContent = `${Math.round(100 * look.zoom)} %`;
  placeOpenButton();
  drawMinimap();
}

// The place in the picture that lies at a place in the view.
function pictureAt(x, y) {
  return {
    x: (graph.canvas.scrollLeft + x - look.left) / look.zoom,
    y: (graph.canvas.scrollTop + y - look.top) / look.zoom,
  };
}

// Scrolls so that a place in the picture lies at a place in the view.
function bringTo(place, x, y, behavior = "instant") {
  graph.canvas.scrollTo({
    left: place.x * look.zoom + look.left - x,
    top: place.y * look.zoom + look.top - y,
    behavior,
  });
}

// Zooms so that what lies at (x, y) in the view stays there.
function zoomTo(zoom, x = look.width / 2, y = look.height / 2) {
  if (!graph.picture || !look.width) return;
  const fixed = pictureAt(x, y);
  look.fitted = false;
  look.zoom = Math.min(Math.max(zoom, Math.min(ZOOM.least, fitZoom())), ZOOM.most);
  laySheet();
  bringTo(fixed, x, y);
  rememberView();
}

// The zoom at which all of the drawing is seen, with a margin.
function fitZoom() {
  const room = (length) => Math.max(length - 2 * MARGIN, 1);
  return Math.min(room(look.width) / graph.picture.width, room(look.height) / graph.picture.height);
}

// That, but not larger than is good to read.
function wholeZoom() {
  const { elements, first } = graph.picture;
  return Math.min(fitZoom(), elements.length - first <= FEW.boxes ? FEW.zoom : 1);
}

// All of the drawing, as large as the view allows.
function fitView() {
  if (!graph.picture || !look.width) return;
  look.fitted = true;
  look.zoom = wholeZoom();
  laySheet();
  bringTo({ x: 0, y: 0 }, look.left, look.top);
  rememberView();
}

// How a drawing is first seen: whole, if it can be read then; else as wide as it can be read, from where it begins.
function firstView() {
  const { picture } = graph;
  const whole = wholeZoom();
  look.fitted = whole >= ZOOM.legible;
  look.zoom = look.fitted ? whole : Math.min(Math.max(look.width / picture.width, ZOOM.legible), 1);
  laySheet();
  const begin = picture.places[picture.first] || { x: 0, width: 0 };
  const middle = (begin.x + begin.width / 2) * look.zoom;
  const most = Math.max(0, picture.width * look.zoom - look.width);
  const left = Math.min(Math.max(0, middle - look.width / 2), most);
  bringTo({ x: left / look.zoom, y: 0 }, 0, 0);
  look.begun = viewKey();
  seenViews.delete(picture.drawing);
}

// Where the view is, to be compared.
function viewKey() {
  return [graph.canvas.scrollLeft, graph.canvas.scrollTop, look.zoom].join();
}

// What is seen now, to be seen again when this drawing is shown the next time. A view that is not seen is nowhere.
function rememberView() {
  if (!graph.picture || !look.width || !graph.canvas.clientWidth || look.begun === viewKey()) return;
  const middle = pictureAt(look.width / 2, look.height / 2);
  seenViews.set(graph.picture.drawing, { zoom: look.zoom, fitted: look.fitted, middle });
}

function showAgain() {
  if (!look.width) return;
  const seen = seenViews.get(graph.picture.drawing);
  if (!seen) return firstView();
  look.begun = null;
  if (seen.fitted) return fitView();
  look.fitted = false;
  look.zoom = seen.zoom;
  laySheet();
  bringTo(seen.middle, look.width / 2, look.height / 2);
}

// How much of the view the panel leaves free: all that is beside it, or above it, whichever is more.
function freeArea() {
  const panel = byId("panel");
  const [view, over] = [graph.canvas.getBoundingClientRect(), panel.getBoundingClientRect()];
  const [beside, above] = [over.left - view.left, over.top - view.top].map((length) => Math.max(length, 0));
  const apart = over.left >= view.left + look.width || over.top >= view.top + look.height;
  if (panel.hidden || apart) return { right: look.width, bottom: look.height };
  return beside * look.height >= above * look.width
    ? { right: beside, bottom: look.height }
    : { right: look.width, bottom: above };
}

// Gives the sheet as much more room as the panel covers of the view, and a little more.
function makeRoom() {
  const free = freeArea();
  const over = (all, part) => (part < all ? Math.ceil(all - part) + CLEAR : 0);
  const [right, bottom] = [over(look.width, free.right), over(look.height, free.bottom)];
  if (right === look.right && bottom === look.bottom) return;
  [look.right, look.bottom] = [right, bottom];
  if (graph.picture && look.width) laySheet();
}

// Scrolls to an element unless it can be seen; of what is larger than the free part of the view to its upper left corner.
function reveal(n) {
  if (!graph.picture || !look.width || n === null) return;
  makeRoom();
  const place = graph.picture.places[n];
  const free = freeArea();
  const left = place.x * look.zoom + look.left - graph.canvas.scrollLeft;
  const top = place.y * look.zoom + look.top - graph.canvas.scrollTop;
  const [width, height] = [place.width * look.zoom, place.height * look.zoom];
  const [besideX, besideY] = [(free.right - width) / 2, (free.bottom - height) / 2];
  const [roomX, roomY] = [besideX, besideY].map((beside) => Math.min(MARGIN / 2, Math.max(0, beside)));
  if (left >= roomX && left + width <= free.right - roomX && top >= roomY && top + height <= free.bottom - roomY) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const [x, y] = [besideX, besideY].map((beside) => (beside < 0 ? MARGIN / 2 : beside));
  bringTo(place, x, y, still ? "instant" : "smooth");
}

// What has been selected, as soon as the graph is seen and stands still.
function revealWanted() {
  const n = graph.wanted;
  if (n === null || !graph.canvas.clientWidth || !look.width) return;
  graph.wanted = null;
  if (graph.marked.includes(n)) reveal(n);
}

function pointIn(event) {
  const view = graph.canvas.getBoundingClientRect();
  return [event.clientX - view.left, event.clientY - view.top];
}

function startMoving() {
  const { canvas } = graph;
  canvas.addEventListener("wheel", zoomByWheel, { passive: false });
  canvas.addEventListener(
    "scroll",
    () => {
      drawMinimap();
      showMinimap();
      rememberView();
      if (!graph.openButton.hidden) placeOpenButton();
    },
    { passive: true },
  );
  startDragging(canvas);
  startPinching(canvas);
  new ResizeObserver(() => {
    clearTimeout(look.resizing);
    if (!look.width || !canvas.clientWidth) return resizeView();
    // The second click of two has to find a box where it was, though the first one has opened the panel.
    look.resizing = setTimeout(resizeView, SETTLED.resize);
  }).observe(canvas);
  new ResizeObserver(() => setTimeout(makeRoom, byId("panel").hidden ? 0 : SETTLED.resize)).observe(byId("panel"));
}

// Takes over the size of the view; what was seen stays where it was. A view that comes into sight shows what is selected.
function resizeView() {
  const [width, height] = [graph.canvas.clientWidth, graph.canvas.clientHeight];
  if (width === look.width && height === look.height) return;
  const corner = look.width && width && graph.picture ? pictureAt(0, 0) : null;
  [look.width, look.height] = [width, height];
  if (!graph.picture || !width || !height) return;
  if (!corner) {
    showAgain();
    revealWanted();
    return;
  }
  if (look.fitted) return fitView();
  if (look.begun === viewKey() && !graph.marked.length) return firstView(); // nothing has been looked at yet
  laySheet();
  bringTo(corner, 0, 0);
}

function zoomByWheel(event) {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const turned = event.deltaY * (event.deltaMode ? 16 : 1);
  const far = Math.min(Math.max(turned, -40), 40); // a notch of a wheel is a step, a pinch on a trackpad many small ones
  zoomTo(look.zoom * Math.exp(-0.006 * far), ...pointIn(event));
}

function startDragging(canvas) {
  let from = null;
  let dragged = false;
  canvas.addEventListener("pointerdown", (event) => {
    dragged = false;
    const held = event.button === 0 || event.button === 1;
    if (event.pointerType === "touch" || !held || event.target.closest("button")) return;
    if (pointIn(event)[0] >= look.width || pointIn(event)[1] >= look.height) return; // on a scroll bar
    if (event.button === 1) event.preventDefault();
    from = { x: event.clientX, y: event.clientY, left: canvas.scrollLeft, top: canvas.scrollTop };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [right, down] = [event.clientX - from.x, event.clientY - from.y];
    if (!dragged && Math.hypot(right, down) < 4) return;
    if (!dragged) canvas.setPointerCapture(event.pointerId);
    dragged = true;
    canvas.classList.add("dragged");
    canvas.scrollTo({ left: from.left - right, top: from.top - down, behavior: "instant" });
  });
  const stop = () => {
    from = null;
    canvas.classList.remove("dragged");
  };
  canvas.addEventListener("pointerup", stop);
  canvas.addEventListener("pointercancel", stop);
  canvas.addEventListener("lostpointercapture", stop);
  // The click with which a drag ends selects nothing.
  canvas.addEventListener(
    "click",
    (event) => {
      if (dragged) event.stopPropagation();
      dragged = false;
    },
    { capture: true },
  );
}

// Two fingers: one pans by the browser's own scrolling. Pointer events end as soon as the browser scrolls, so these are
// touch events.
function startPinching(canvas) {
  let pinch = null;
  const spread = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  const middle = ([one, other]) =>
    pointIn({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
  canvas.addEventListener(
    "touchstart",
    (event) => {
      if (event.touches.length !== 2 || !graph.picture) return;
      if (event.cancelable) event.preventDefault();
      pinch = { spread: spread(event.touches), zoom: look.zoom, place: pictureAt(...middle(event.touches)) };
    },
    { passive: false },
  );
  canvas.addEventListener(
    "touchmove",
    (event) => {
      if (!pinch || event.touches.length !== 2) return;
      if (event.cancelable) event.preventDefault();
      zoomTo((pinch.zoom * spread(event.touches)) / Math.max(pinch.spread, 1));
      bringTo(pinch.place, ...middle(event.touches));
    },
    { passive: false },
  );
  const stop = (event) => {
    if (event.touches.length < 2) pinch = null;
  };
  canvas.addEventListener("touchend", stop);
  canvas.addEventListener("touchcancel", stop);
}
