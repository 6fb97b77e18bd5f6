// The values of weights: figures, a histogram, and kernels as pictures. Uses data.js, state.js, text.js.

const HISTOGRAM = { width: 328, height: 72, foot: 14 };
const TILE = 26; // the least side of a picture of a kernel, in pixels of CSS

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
    weight.figures ? figuresView(weight.figures) : null,
    weight.tiles ? tilesView(weight.tiles) : null,
    weight.problem ? el("p", { className: "problem" }, weight.problem) : null,
    weight.path ? el("p", { className: "path" }, el("span", {}, "at "), el("code", {}, weight.path)) : null,
  );
}

function figuresView(figures) {
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
    figures.counts?.length > 1 ? histogram(figures) : onlyValue(figures),
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

const drawnTiles = new Set(); // functions that draw the canvases of the panel again

function tilesView(tiles) {
  const canvas = el("canvas", { className: "kernels", role: "img", "aria-label": tiles.caption });
  const draw = () => drawTiles(canvas, tiles);
  drawnTiles.add(draw);
  draw();
  return el(
    "figure",
    {},
    canvas,
    el("figcaption", {}, tiles.caption, tiles.channels === 3 ? null : signedLegend(tiles.limit)),
  );
}

// From the most negative value to the most positive, as the pictures have them.
function signedLegend(limit) {
  return el(
    "span",
    { className: "signed" },
    el("span", {}, `−${numberText(limit)}`),
    el("span", { className: "ramp", role: "img", "aria-label": "blue is negative, orange positive" }),
    el("span", {}, numberText(limit)),
  );
}

// The pictures side by side, a pixel of the canvas for each value; the style sheet makes them larger, without smoothing.
function drawTiles(canvas, { count, rows: high, columns: wide, channels, values }) {
  const bytes = Uint8Array.from(atob(values), (char) => char.charCodeAt(0));
  const numbers = new Int8Array(bytes.buffer);
  const room = canvas.parentElement?.clientWidth || HISTOGRAM.width;
  const scale = Math.max(1, Math.min(Math.round(TILE / Math.max(wide, high)) || 1, Math.floor(room / wide)));
  const gap = 1;
  const across = Math.max(1, Math.min(count, Math.floor((room / scale + gap) / (wide + gap))));
  const down = Math.ceil(count / across);
  canvas.width = across * (wide + gap) - gap;
  canvas.height = down * (high + gap) - gap;
  canvas.style.width = `${canvas.width * scale}px`;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const colors = signedColors();
  for (let tile = 0; tile < count; tile += 1) {
    const left = (tile % across) * (wide + gap);
    const top = Math.floor(tile / across) * (high + gap);
    for (let pixel = 0; pixel < high * wide; pixel += 1) {
      const from = (tile * high * wide + pixel) * channels;
      const to = ((top + Math.floor(pixel / wide)) * canvas.width + left + (pixel % wide)) * 4;
      const color = channels === 3 ? rgb(numbers, from) : colors[numbers[from] + 128];
      image.data.set(color, to);
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
