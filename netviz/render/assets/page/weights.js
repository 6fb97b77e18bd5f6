// The values of weights: figures, a histogram, and kernels as pictures. Uses data.js, state.js, text.js.

const HISTOGRAM = { width: 328, height: 72, foot: 14 };
const TILE = 26; // about the side of one of many pictures, in pixels of CSS
const LARGEST = 14; // pixels of CSS for one value
const MOST_HIGH = 420; // of a picture that stands alone

// Everything that is said of one weight.
function weightView(weight) {
  const facts = [
    el("span", { className: "shape" }, shapeText(weight.shape)),
    el("span", {}, weight.dtype ?? UNKNOWN),
    el("span", {}, weight.parameters === 1 ? "1 parameter" : `${countText(weight.parameters)} parameters`),
    weight.bytes ? el("span", {}, bytesText(weight.bytes)) : null,
    weight.trainable ? null : el("span", { className: "frozen" }, "not trainable"),
  ];
  return el(
    "section",
    { className: "weight" },
    el("h4", {}, weight.name),
    el("p", { className: "about" }, facts),
    weight.stored ? el("p", { className: "about" }, `stored as ${shapeText(weight.stored[0])} ${weight.stored[1] ?? UNKNOWN}`) : null,
    weight.figures ? figuresView(weight.figures, weight.problem) : null,
    weight.tiles ? tilesView(weight.tiles) : null,
    weight.problem ? el("p", { className: "problem" }, weight.problem) : null,
    weight.path ? el("p", { className: "path" }, el("span", {}, "at "), el("code", {}, weight.path)) : null,
  );
}

function figuresView(figures, problem) {
  const shares = (count) => `${countText(count)} (${shareText(figures.size ? count / figures.size : 0)})`;
  const items = [
    ["mean", numberText(figures.mean)],
    ["std", numberText(figures.std)],
    ["norm", numberText(figures.norm)],
    ["zeros", shares(figures.zeros)],
    ...(figures.nan ? [["NaN", shares(figures.nan)]] : []),
    ...(figures.infinite ? [["infinite", shares(figures.infinite)]] : []),
  ];
  return [
    figures.counts?.length > 1 ? histogram(figures) : problem ? null : onlyValue(figures),
    el("dl", { className: "figures" }, items.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
  ];
}

// Where all values are the same there is nothing to draw.
function onlyValue({ minimum, maximum }) {
  if (minimum === null) return null;
  return el("p", { className: "about" }, minimum === maximum ? `every value is ${numberText(minimum)}` : `${numberText(minimum)} to ${numberText(maximum)}`);
}

// Bars of the counts, from the minimum to the maximum; where zero lies between them it is marked.
function histogram({ counts, minimum, maximum, mean, std }) {
  const { width, height, foot } = HISTOGRAM;
  const most = Math.max(...counts);
  const bar = width / counts.length;
  const high = height - foot;
  const path = counts
    .map((count, place) => [place * bar, count ? Math.max(1, (count / most) * (high - 4)) : 0])
    .filter(([, size]) => size)
    .map(([x, size]) => `M${x.toFixed(1)} ${high}v${(-size).toFixed(1)}h${Math.max(bar - 0.6, 0.6).toFixed(2)}v${size.toFixed(1)}z`)
    .join("");
  const label = `Values from ${numberText(minimum)} to ${numberText(maximum)}, mean ${numberText(mean)}, standard deviation ${numberText(std)}`;
  const picture = svg(
    "svg",
    { class: "histogram", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    svg("path", { class: "bars", d: path }),
    svg("path", { class: "axis", d: `M0 ${high + 0.5}H${width}` }),
    svg("text", { x: 0, y: height - 2 }, numberText(minimum)),
    svg("text", { x: width, y: height - 2, class: "end" }, numberText(maximum)),
  );
  if (minimum < 0 && maximum > 0) {
    const zero = (-minimum / (maximum - minimum)) * width;
    picture.append(svg("path", { class: "zero", d: `M${zero.toFixed(1)} 0V${high}` }));
    // Beside the numbers at the ends there may be no room for the word.
    if (zero > width * 0.25 && zero < width * 0.75) picture.append(svg("text", { x: zero, y: height - 2, class: "middle" }, "0"));
  }
  return picture;
}

const drawnTiles = new Set(); // functions that draw the canvases of the panel, once they have their width and whenever the colours change

function tilesView(tiles) {
  const canvas = el("canvas", { className: "kernels", role: "img", "aria-label": tiles.caption });
  drawnTiles.add(() => drawTiles(canvas, tiles));
  canvas.addEventListener("pointermove", (event) => {
    canvas.title = tiles.labels?.[tileAt(canvas, tiles, event)] ?? "";
  });
  const legend = tiles.channels === 3 ? null : signedLegend(tiles.limit);
  return el("figure", {}, canvas, el("figcaption", {}, tiles.caption, legend));
}

// From the most negative value to the most positive, as the pictures have them.
function signedLegend(limit) {
  return el(
    "span",
    { className: "signed" },
    el("span", {}, numberText(-limit)),
    el("span", { className: "ramp", role: "img", "aria-label": "blue is negative, orange positive" }),
    el("span", {}, numberText(limit)),
  );
}

// Where pictures stand on a canvas with a pixel for each value, and how much larger it is shown. Those that belong
// together stand beside each other, with a wider gap before the next.
function tileLayout({ count, rows: high, columns: wide, across }, room) {
  const scale = count === 1 ? Math.floor(Math.min(room / wide, MOST_HIGH / high)) : Math.round(TILE / Math.max(wide, high));
  const shownScale = Math.max(1, Math.min(scale, LARGEST, Math.floor(room / wide)));
  const together = across || 1;
  const gap = shownScale > 4 ? 1 : 2;
  const group = together * (wide + gap) - gap;
  const apart = across > 1 ? 3 * gap : gap;
  const groups = Math.max(1, Math.min(Math.ceil(count / together), Math.floor((room / shownScale + apart) / (group + apart))));
  const place = (tile) => {
    const number = Math.floor(tile / together);
    const left = (number % groups) * (group + apart) + (tile % together) * (wide + gap);
    return [left, Math.floor(number / groups) * (high + gap)];
  };
  const lines = Math.ceil(Math.ceil(count / together) / groups);
  return { scale: shownScale, width: groups * (group + apart) - apart, height: lines * (high + gap) - gap, place };
}

// The picture that the pointer is on, -1 between them.
function tileAt(canvas, tiles, event) {
  const { scale, place } = tileLayout(tiles, roomOf(canvas));
  const [x, y] = [event.offsetX / scale, event.offsetY / scale];
  return Array.from({ length: tiles.count }, (_, tile) => place(tile)).findIndex(
    ([left, top]) => x >= left && x < left + tiles.columns && y >= top && y < top + tiles.rows,
  );
}

function roomOf(canvas) {
  return canvas.parentElement?.clientWidth || HISTOGRAM.width;
}

// Draws the pictures; the style sheet makes the canvas larger, without smoothing.
function drawTiles(canvas, tiles) {
  const { count, rows: high, columns: wide, channels, values } = tiles;
  const { scale, width, height, place } = tileLayout(tiles, roomOf(canvas));
  const numbers = new Int8Array(Uint8Array.from(atob(values), (char) => char.charCodeAt(0)).buffer);
  canvas.width = width;
  canvas.height = height;
  canvas.style.width = `${width * scale}px`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const colors = signedColors();
  for (let tile = 0; tile < count; tile += 1) {
    const [left, top] = place(tile);
    for (let pixel = 0; pixel < high * wide; pixel += 1) {
      const from = (tile * high * wide + pixel) * channels;
      const to = ((top + Math.floor(pixel / wide)) * width + left + (pixel % wide)) * 4;
      image.data.set(channels === 3 ? rgb(numbers, from) : colors[numbers[from] + 128], to);
    }
  }
  context.putImageData(image, 0, 0);
}

const NOT_FINITE = [128, 128, 128, 255];

// A value of 0 is the middle of each channel; what is not finite is grey.
function rgb(numbers, from) {
  const channels = [numbers[from], numbers[from + 1], numbers[from + 2]];
  if (channels.includes(-128)) return NOT_FINITE;
  return [...channels.map((value) => Math.round(((value + 127) / 254) * 255)), 255];
}

// The colours of -128 (not finite) and of -127 to 127, from the style sheet: those of light paper or of dark.
function signedColors() {
  const style = getComputedStyle(document.documentElement);
  const stops = Array.from({ length: 7 }, (_, place) => hexColor(style.getPropertyValue(`--signed-${place}`)));
  return Array.from({ length: 256 }, (_, byte) => {
    if (byte === 0) return NOT_FINITE;
    const at = ((byte - 1) / 254) * 6;
    const low = Math.min(Math.floor(at), 5);
    return [0, 1, 2].map((part) => Math.round(stops[low][part] + (stops[low + 1][part] - stops[low][part]) * (at - low))).concat(255);
  });
}

function hexColor(text) {
  const number = parseInt(text.trim().slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function redrawTiles() {
  for (const draw of drawnTiles) draw();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawTiles);
