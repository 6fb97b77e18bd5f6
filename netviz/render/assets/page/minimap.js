// The whole drawing in small, with a frame around what is seen; shown where the drawing is much larger than the view.
// Uses graph.js (`graph`), move.js (`look`), trace.js, color.js (`fillOf`).

const MAP = { width: 170, height: 230, larger: 1.5, least: 36 };
const map = { canvas: byId("minimap"), still: null, waiting: false, resting: 0, corner: null };

const DIM = 0.22; // what the filters leave out, as in the style sheet
const RESTS = 1500; // milliseconds after which the map of a phone goes, so that it covers nothing

// The view moves: where there is little room the map is there only then.
function showMinimap() {
  if (look.begun === viewKey()) return; // it was put there
  map.canvas.classList.add("moving");
  clearTimeout(map.resting);
  map.resting = setTimeout(() => map.canvas.classList.remove("moving"), RESTS);
}

// Draws anew in the next frame; `all` where more than the frame has changed.
function drawMinimap(all = false) {
  if (all) map.still = null;
  if (map.waiting || !map.canvas) return;
  map.waiting = true;
  requestAnimationFrame(() => {
    map.waiting = false;
    drawMap();
  });
}

function drawMap() {
  const { picture } = graph;
  const { canvas } = map;
  const [width, height] = picture ? [picture.width * look.zoom, picture.height * look.zoom] : [0, 0];
  canvas.hidden = !(width > MAP.larger * look.width || height > MAP.larger * look.height) || !look.width;
  if (canvas.hidden) return;
  const key = [look.width, look.height, devicePixelRatio].join();
  if (map.still?.picture !== picture || map.still.key !== key) map.still = { ...drawStill(picture), picture, key };
  chooseCorner(picture, key);
  const { image, scale, ratio } = map.still;
  const pen = canvas.getContext("2d");
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0);
  pen.scale(ratio, ratio);
  drawFrame(pen, scale);
}

// The part that does not change while the view moves. What is too long for its width is drawn with boxes wider than
// they are: a strip of two pixels would tell nothing.
function drawStill(picture) {
  const { canvas } = map;
  const ratio = devicePixelRatio || 1;
  const room = Math.min(1, look.width / 640, look.height / 480);
  const fit = Math.min((MAP.width * room) / picture.width, (MAP.height * room) / picture.height);
  const scale = { x: Math.max(fit, MAP.least / picture.width), y: Math.max(fit, MAP.least / picture.height) };
  const [width, height] = [picture.width * scale.x, picture.height * scale.y];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const image = document.createElement("canvas");
  [image.width, image.height] = [canvas.width, canvas.height];
  const pen = image.getContext("2d");
  pen.scale(ratio, ratio);
  const colors = getComputedStyle(document.documentElement);
  pen.fillStyle = colors.getPropertyValue("--netviz-line");
  pen.globalAlpha = 0.35;
  picture.places.slice(0, picture.first).forEach((place) => fillPlace(pen, place, scale));
  picture.places.forEach((place, n) => {
    if (n < picture.first) return;
    pen.globalAlpha = picture.faded?.dim?.elements[n] ? DIM : 1;
    pen.fillStyle = fillOf(picture.meanings[n]);
    fillPlace(pen, place, scale);
  });
  return { image, scale, ratio };
}

const EDGE = 14; // pixels between the map and the view's edge, as in the style sheet

// Whichever of the lower corners covers less of the boxes now in view, once for each picture and size of the view.
function chooseCorner(picture, key) {
  if (map.corner?.picture === picture && map.corner.key === key) return;
  map.corner = { picture, key };
  const { width, height } = map.canvas.getBoundingClientRect();
  const top = look.height - EDGE - height;
  const corners = [EDGE, look.width - EDGE - width];
  const [left, right] = corners.map((x) => coveredBy(picture, x, top, width, height));
  map.canvas.classList.toggle("right", right < left);
}

// How much of the boxes lies below a rectangle of the view, in square pixels of the picture.
function coveredBy(picture, x, y, width, height) {
  const [start, end] = [pictureAt(x, y), pictureAt(x + width, y + height)];
  let area = 0;
  for (const place of picture.places.slice(picture.first)) {
    const across = Math.min(place.x + place.width, end.x) - Math.max(place.x, start.x);
    const down = Math.min(place.y + place.height, end.y) - Math.max(place.y, start.y);
    if (across > 0 && down > 0) area += across * down;
  }
  return area;
}

function fillPlace(pen, place, scale) {
  const height = Math.max(place.height * scale.y, 0.8);
  pen.fillRect(place.x * scale.x, place.y * scale.y, Math.max(place.width * scale.x, 0.8), height);
}

function drawFrame(pen, scale) {
  const start = pictureAt(0, 0);
  const end = pictureAt(look.width, look.height);
  const [width, height] = [graph.picture.width * scale.x, graph.picture.height * scale.y];
  const left = Math.max(start.x * scale.x, 0.75);
  const top = Math.max(start.y * scale.y, 0.75);
  const right = Math.min(Math.max(end.x * scale.x, left + 3), width - 0.75);
  const bottom = Math.min(Math.max(end.y * scale.y, top + 3), height - 0.75);
  const colors = getComputedStyle(document.documentElement);
  // What is not seen lies behind a veil.
  pen.globalAlpha = 0.35;
  pen.fillStyle = colors.getPropertyValue("--netviz-paper");
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.rect(left, top, right - left, bottom - top);
  pen.fill("evenodd");
  pen.globalAlpha = 1;
  pen.strokeStyle = colors.getPropertyValue("--netviz-accent");
  pen.lineWidth = 1.5;
  pen.strokeRect(left, top, right - left, bottom - top);
}

function startMinimap() {
  const { canvas } = map;
  const moveTo = (event) => {
    const at = canvas.getBoundingClientRect();
    const { scale } = map.still;
    const border = (at.width - canvas.clientWidth) / 2;
    const place = { x: (event.clientX - at.left - border) / scale.x, y: (event.clientY - at.top - border) / scale.y };
    bringTo(place, look.width / 2, look.height / 2);
  };
  addEventListener("resize", () => drawMinimap()); // also where the pixels of the screen have another size
  canvas.addEventListener("pointerdown", (event) => {
    if (!map.still || event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    moveTo(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) moveTo(event);
  });
}
