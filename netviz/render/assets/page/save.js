// Saves the drawing as a file: an SVG that stands alone, with the colours that are seen, or a PNG of it.
// Uses data.js, state.js, graph.js (`graph`).

const PNG = { scale: 2, side: 16384, area: 8192 * 8192 }; // pixels that a canvas holds in every browser of a computer
const STATES = ["selected", "off", "dim", "near", "opens", "far", "tiny"]; // what the page adds to the classes of a picture

// The picture that is shown, as the text of an SVG document.
function standaloneSvg() {
  const drawn = graph.picture.svg.cloneNode(true);
  for (const name of ["style", "role", "aria-label", "aria-describedby"]) drawn.removeAttribute(name);
  drawn.classList.remove(...STATES);
  for (const part of drawn.querySelectorAll("[data-n], [data-ends], [aria-hidden]")) {
    part.classList.remove(...STATES);
    if (!part.classList.length) part.removeAttribute("class");
    for (const name of ["data-n", "data-ends", "role", "tabindex", "aria-label", "aria-current", "aria-hidden"]) {
      part.removeAttribute(name);
    }
  }
  const { width, height } = graph.picture;
  const defs = document.querySelector("#graph-defs defs").cloneNode(true);
  drawn.prepend(
    svg("title", {}, drawingName()),
    svg("style", {}, `\n${shownRules(byId("graph-style").sheet.cssRules).join("\n")}\n`),
    defs,
    svg("rect", { class: "p", width, height }),
  );
  return `${new XMLSerializer().serializeToString(drawn)}\n`;
}

// The rules that hold now: programs that draw know neither dark readers nor variables.
function shownRules(rules) {
  const page = getComputedStyle(document.documentElement);
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSMediaRule) return matchMedia(rule.media.mediaText).matches ? shownRules(rule.cssRules) : [];
    return [rule.cssText.replace(/var\((--[\w-]+)\)/g, (_, name) => page.getPropertyValue(name).trim())];
  });
}

function drawingName() {
  const { title, trail } = data.drawings[state.drawing];
  return trail.length && title ? `${data.model.title}, ${title}` : data.model.title;
}

function fileName(ending) {
  const words = drawingName().replace(/[^\p{L}\p{N}.]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
  return `${words.slice(0, 80) || "model"}.${ending}`;
}

function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000); // when the browser has surely begun to read it
}

function saveSvg() {
  if (!graph.picture) return;
  download(new Blob([standaloneSvg()], { type: "image/svg+xml" }), fileName("svg"));
  announce(`Saved ${fileName("svg")}`);
}

async function savePng() {
  if (!graph.picture) return;
  const { width, height } = graph.picture;
  const most = Math.min(PNG.side / Math.max(width, height), Math.sqrt(PNG.area / (width * height)));
  const name = fileName("png");
  try {
    const image = await pictureFrom(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSvg())}`);
    // A phone holds less than a computer: half as much is tried until it works.
    for (let scale = Math.min(PNG.scale, most); scale > 0.02; scale /= 2) {
      const blob = await pngOf(image, Math.floor(width * scale), Math.floor(height * scale));
      if (!blob) continue;
      download(blob, name);
      if (scale === PNG.scale) return announce(`Saved ${name}`);
      return toast(`Saved ${name}, scaled to ${Math.round(100 * scale)} %: a larger picture is too large for a browser`);
    }
    toast("This drawing is too large for a PNG: save it as SVG");
  } catch {
    toast("The browser could not make a PNG of this drawing: save it as SVG");
  }
}

function pictureFrom(url) {
  const image = new Image();
  return new Promise((done, failed) => {
    image.onload = () => done(image);
    image.onerror = failed;
    image.src = url;
  });
}

function pngOf(image, width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.drawImage(image, 0, 0, width, height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
