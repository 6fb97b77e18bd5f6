// Moving over the drawing: it is panned by scrolling #canvas and zoomed by a transform, which keeps it sharp and costs
// no layout. Uses state.js, graph.js (`graph`), minimap.js, trace.js.

const ZOOM = { least: 0.02, most: 4, step: 1.25, legible: 0.8, far: 0.3, tiny: 0.1 };
const CLEAR = 24; // pixels that are kept free around what is brought into view

const look = { zoom: 1, left: 0, top: 0, width: 0, height: 0, fitted: false, begun: null, resizing: 0 };
// left, top: the room beside the picture; fitted: all of it is seen because that was asked for, so it stays so;
// begun: where the view was put when the drawing was shown first

// Gives the sheet its size at this zoom: along an axis that is longer than the view there is half a view of room on both
// sides, so that every corner can be brought to the middle; where all is seen, it stands in the middle.
function laySheet() {
  const { sheet, picture } = graph;
  const [width, height] = [picture.width * look.zoom, picture.height * look.zoom];
  look.left = Math.round(width <= look.width ? (look.width - width) / 2 : look.width / 2);
  look.top = Math.round(height <= look.height ? (look.height - height) / 2 : look.height / 2);
  sheet.style.width = `${Math.floor(width <= look.width ? look.width : width + 2 * look.left)}px`;
  sheet.style.height = `${Math.floor(height <= look.height ? look.height : height + 2 * look.top)}px`;
  picture.svg.style.transform = `translate(${look.left}px, ${look.top}px) scale(${look.zoom})`;
  for (const name of ["far", "tiny"]) picture.svg.classList.toggle(name, look.zoom < ZOOM[name]);
  graph.percent.textContent = `${Math.round(100 * look.zoom)} %`;
  placeOpener();
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
  if (!graph.picture) return;
  const fixed = pictureAt(x, y);
  look.fitted = false;
  look.zoom = Math.min(Math.max(zoom, Math.min(ZOOM.least, fitZoom())), ZOOM.most);
  laySheet();
  bringTo(fixed, x, y);
}

function fitZoom() {
  return Math.min(look.width / graph.picture.width, look.height / graph.picture.height);
}

// All of the drawing, as large as the view allows.
function fitView() {
  if (!graph.picture || !look.width) return;
  look.fitted = true;
  look.zoom = Math.min(fitZoom(), 1);
  laySheet();
  bringTo({ x: 0, y: 0 }, look.left, look.top);
}

// How a drawing is first seen: whole, if it can be read then; else as wide as it can be read, from where it begins.
function firstView() {
  const { picture } = graph;
  const whole = Math.min(fitZoom(), 1);
  look.fitted = whole >= ZOOM.legible;
  look.zoom = whole >= ZOOM.legible ? whole : Math.min(Math.max(look.width / picture.width, ZOOM.legible), 1);
  laySheet();
  const begin = picture.places[picture.first] || { x: 0, width: 0 };
  const middle = (begin.x + begin.width / 2) * look.zoom;
  const most = Math.max(0, picture.width * look.zoom - look.width);
  const left = Math.min(Math.max(0, middle - look.width / 2), most);
  bringTo({ x: left / look.zoom, y: 0 }, 0, 0);
  look.begun = [graph.canvas.scrollLeft, graph.canvas.scrollTop, look.zoom].join();
}

// What is seen now, to be seen again when this drawing is shown the next time.
function rememberView() {
  if (!graph.picture || !look.width) return;
  graph.picture.seen = { zoom: look.zoom, fitted: look.fitted, middle: pictureAt(look.width / 2, look.height / 2) };
}

function showAgain() {
  const { seen } = graph.picture;
  if (!look.width) return;
  if (!seen) return firstView();
  if (seen.fitted) return fitView();
  look.fitted = false;
  look.zoom = seen.zoom;
  laySheet();
  bringTo(seen.middle, look.width / 2, look.height / 2);
}

// The part of the view that the panel does not cover.
function clearArea() {
  const view = graph.canvas.getBoundingClientRect();
  const panel = byId("panel");
  const over = panel && !panel.hidden ? panel.getBoundingClientRect() : view;
  const area = { left: 0, top: 0, right: look.width, bottom: look.height };
  if (!panel || panel.hidden || over.left >= view.right || over.top >= view.bottom || over.bottom <= view.top) return area;
  if (over.left > view.left + 80) area.right = over.left - view.left;
  else if (over.top > view.top + 80) area.bottom = over.top - view.top;
  return area;
}

// Scrolls to an element unless it can be seen.
function reveal(n) {
  if (!graph.picture || !look.width || n === null) return;
  const place = graph.picture.places[n];
  const area = clearArea();
  const left = place.x * look.zoom + look.left - graph.canvas.scrollLeft;
  const top = place.y * look.zoom + look.top - graph.canvas.scrollTop;
  const [width, height] = [place.width * look.zoom, place.height * look.zoom];
  const roomX = Math.min(CLEAR, Math.max(0, (area.right - width) / 2));
  const roomY = Math.min(CLEAR, Math.max(0, (area.bottom - height) / 2));
  const seen =
    left >= roomX && left + width <= area.right - roomX && top >= roomY && top + height <= area.bottom - roomY;
  if (seen) return;
  // Of what is larger than the view the upper left corner is shown.
  const x = Math.max((area.right - width) / 2, CLEAR);
  const y = Math.max((area.bottom - height) / 2, CLEAR);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  bringTo({ x: place.x, y: place.y }, x, y, still ? "instant" : "smooth");
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
      if (!graph.opener.hidden) placeOpener();
    },
    { passive: true },
  );
  startDragging(canvas);
  startPinching(canvas);
  new ResizeObserver(() => {
    if (!look.width) return resizeView();
    // The second click of two has to find a box where it was, though the first one has opened the panel.
    clearTimeout(look.resizing);
    look.resizing = setTimeout(resizeView, SETTLED.resize);
  }).observe(canvas);
}

const SETTLED = { resize: 320, reveal: 450 }; // milliseconds after which no second click follows

function resizeView() {
  const [width, height] = [graph.canvas.clientWidth, graph.canvas.clientHeight];
  if (!width || !height || (width === look.width && height === look.height)) return;
  const corner = look.width && graph.picture ? pictureAt(0, 0) : null;
  [look.width, look.height] = [width, height];
  if (!graph.picture) return;
  if (!corner) {
    showAgain();
    markSelection();
    return;
  }
  if (look.fitted) return fitView();
  const begun = [graph.canvas.scrollLeft, graph.canvas.scrollTop, look.zoom].join();
  if (look.begun === begun && !graph.marked.length) return firstView(); // nothing has been looked at yet
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
      event.preventDefault();
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
