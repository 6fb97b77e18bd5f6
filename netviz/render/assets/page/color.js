// What the colours of the boxes mean: their family, or a column of the table of layers, with a legend.
// Uses state.js, graph.js (`graph`), minimap.js.

const STEPS = 7; // of magnitudes: the classes step-0 to step-6 of the picture's style sheet
const KINDS = 7; // different values that have a colour each: kind-0 to kind-6
const MAGNITUDES = ["count", "bytes", "share", "number", "shapes"]; // kinds of columns that are coloured in steps
const WORDS = ["text", "class", "flag", "severity"];
const TOLD_APART = 40; // more different words than these are names, which colours cannot tell apart
const HATCHED = "unknown"; // the family and the meaning that are hatched
const BLANK = "blank"; // nothing to say

const SUMMED = new Set(["count", "bytes", "share"]);
const colorings = new Map(); // by column

// The columns that tell something: with at least two different values, of which one may be unknown.
function tellingColumns() {
  return data.columns.filter((column, place) => {
    const different = new Set(data.rows.map((row) => plainValue(column, row[place])));
    different.delete("");
    if (different.size < 2) return false;
    return MAGNITUDES.includes(column.kind) || (WORDS.includes(column.kind) && different.size <= TOLD_APART);
  });
}

// A cell as one number or one word; null is unknown, "" is nothing.
function plainValue(column, cell) {
  if (column.kind === "shapes") return tensorSize(cell);
  if (cell === null || cell === undefined || cell === "") return cell ?? null;
  if (MAGNITUDES.includes(column.kind)) return Number.isFinite(cell) ? cell : null;
  if (column.kind === "flag") return cell ? "yes" : "no";
  return String(cell);
}

// Values in the tensors of one cell, without the batch axis.
function tensorSize(shapes) {
  if (shapes === null || shapes === undefined) return null;
  if (!shapes.length) return "";
  let sum = 0;
  for (const shape of shapes) {
    if (shape === null || shape.slice(1).some((axis) => typeof axis !== "number")) return null;
    sum += shape.slice(1).reduce((product, axis) => product * axis, 1);
  }
  return sum;
}

// What an element's layers amount to: sums of counts, the largest tensor, a word that all share. A layer that stands
// within another one of them is counted there.
function valueOf(column, place, item) {
  const layers = item.layers;
  if (!layers.length) return "";
  const held = new Set(layers);
  const outer = layers.filter((layer) => !isHeld(layer, held));
  const counted = column.kind === "shapes" || WORDS.includes(column.kind) ? layers : outer;
  const values = counted.map((layer) => plainValue(column, data.rows[layer]?.[place]));
  if (SUMMED.has(column.kind)) {
    if (values.includes(null)) return null;
    const numbers = values.filter((value) => value !== "");
    return numbers.length ? numbers.reduce((sum, value) => sum + value, 0) : "";
  }
  const told = [...new Set(values.filter((value) => value !== ""))];
  if (told.length <= 1) return told.length ? told[0] : "";
  if (column.kind === "shapes") return Math.max(...told.filter((value) => value !== null));
  return MIXED;
}

const MIXED = "mixed";

function isHeld(layer, layers) {
  for (let { parent } = data.layers[layer]; parent !== null; { parent } = data.layers[parent]) {
    if (layers.has(parent)) return true;
  }
  return false;
}

// The classes of a picture's elements, and what they mean.
function coloringOf(picture, key) {
  const family = picture.items.map((item) => item.family || HATCHED);
  const place = data.columns.findIndex((column) => column.key === key);
  if (place < 0) return { meanings: family, entries: [] };
  const column = data.columns[place];
  const values = picture.items.map((item) => valueOf(column, place, item));
  const boxes = values.filter((_, n) => n >= picture.first);
  const { meaning, entries } = MAGNITUDES.includes(column.kind) ? stepsOf(column, boxes) : kindsOf(column, place, boxes);
  if (boxes.includes(null)) entries.push({ meaning: HATCHED, words: "? unknown" });
  if (boxes.includes("")) entries.push({ meaning: BLANK, words: "none" });
  const meanings = values.map((value) => (value === null ? HATCHED : value === "" ? BLANK : meaning(value)));
  return { meanings, entries, title: titleOf(column) };
}

function titleOf(column) {
  if (column.kind !== "shapes") return column.title;
  return `Values in the ${column.title.replace(/ shape$/, "").toLowerCase()}`;
}

// Seven steps between the least and the greatest: of equal ratios where the values span orders of magnitude.
function stepsOf(column, values) {
  const numbers = values.filter((value) => typeof value === "number" && value !== 0);
  if (!numbers.length) return { meaning: () => BLANK, entries: values.includes(0) ? [{ meaning: BLANK, words: "0" }] : [] };
  const [least, most] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  const ratio = least > 0 && most / least > 20;
  const [to, from] = ratio ? [Math.log, Math.exp] : [(value) => value, (value) => value];
  const span = to(most) - to(least);
  const step = (value) => (span > 0 ? Math.min(STEPS - 1, Math.floor(((to(value) - to(least)) / span) * STEPS)) : 3);
  const write = (value) => numberWords(column.kind, value);
  const steps = span > 0 ? [...Array(STEPS).keys()] : [3];
  const bound = (place) => (place === 0 ? least : place === STEPS ? most : from(to(least) + (span * place) / STEPS));
  const entries = steps.map((place) => ({
    meaning: `step-${place}`,
    words: write(span > 0 ? bound(place) : least),
    range: span > 0 ? `${write(bound(place))} to ${write(bound(place + 1))}` : write(least),
    last: span > 0 && place === STEPS - 1 ? write(most) : "",
  }));
  const zero = values.includes(0);
  if (zero) entries.push({ meaning: BLANK, words: "0" });
  return { meaning: (value) => (value === 0 ? BLANK : `step-${step(value)}`), entries };
}

function numberWords(kind, value) {
  if (kind === "share") return `${shortNumber(100 * value)} %`;
  if (kind === "bytes") {
    const power = value >= 1 ? Math.min(4, Math.floor(Math.log(value) / Math.log(1024))) : 0;
    return `${shortNumber(value / 1024 ** power)} ${["B", "KB", "MB", "GB", "TB"][power]}`;
  }
  return shortNumber(value);
}

function shortNumber(value) {
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "K"]]) {
    if (size >= unit) return `${Number((value / unit).toPrecision(2))}${letter}`;
  }
  return String(Number(value.toPrecision(2)));
}

// A colour for each of the words that stand most often in the model, whichever drawing is shown.
function kindsOf(column, place, values) {
  const counts = new Map();
  for (const row of data.rows) {
    const word = plainValue(column, row[place]);
    if (word !== null && word !== "") counts.set(word, (counts.get(word) || 0) + 1);
  }
  const often = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one)).slice(0, KINDS);
  const colored = new Map(often.map((word, kind) => [word, `kind-${kind}`]));
  const used = new Set(values);
  const entries = often.filter((word) => used.has(word)).map((word) => ({ meaning: colored.get(word), words: word }));
  const others = [...used].filter((word) => word !== null && word !== "" && !colored.has(word));
  if (others.length) {
    const words = others.includes(MIXED) ? (others.length > 1 ? "mixed or other" : MIXED) : "other";
    entries.push({ meaning: BLANK, words });
  }
  return { meaning: (word) => colored.get(word) || BLANK, entries };
}

// Gives the boxes of the picture that is shown the colours that are chosen.
function colorPicture() {
  const { picture } = graph;
  if (!picture) return;
  const { meanings, entries, title } = coloringOf(picture, state.color);
  const before = picture.meanings || picture.items.map((item) => item.family || HATCHED);
  for (let n = picture.first; n < meanings.length; n += 1) {
    if (before[n] !== meanings[n]) picture.elements[n].classList.replace(before[n], meanings[n]);
  }
  picture.meanings = meanings;
  fillLegend(title, entries);
  drawMinimap(true);
}

function fillLegend(title, entries) {
  const legend = byId("legend");
  legend.hidden = !entries.length;
  const scale = entries.filter((entry) => entry.range);
  const others = entries.filter((entry) => !entry.range);
  legend.replaceChildren(
    el("span", { className: "legend-title" }, title || ""),
    scale.length ? el("ol", { className: "scale" }, scale.map(scaleStep)) : "",
    others.length
      ? el("ul", { className: "kinds" }, others.map(({ meaning, words }) => el("li", {}, patchOf(meaning, 12, 12), words)))
      : "",
  );
}

function scaleStep({ meaning, words, range, last }) {
  return el(
    "li",
    { title: range },
    patchOf(meaning, 40, 10),
    el("span", { className: "from" }, words),
    last ? el("span", { className: "to" }, last) : "",
  );
}

// A patch of what the picture shows for a meaning, by the picture's own style sheet.
function patchOf(meaning, width, height) {
  const shown = svg("g", { class: meaning }, svg("rect", { class: "f", width, height }));
  return svg("svg", { class: "netviz-graph patch", width, height, "aria-hidden": "true" }, shown);
}

const fills = new Map(); // by meaning, for canvases, which know no style sheets

function fillOf(meaning) {
  if (!fills.has(meaning)) {
    const probe = patchOf(meaning, 1, 1);
    document.body.append(probe);
    const fill = getComputedStyle(probe.querySelector("rect")).fill;
    const hatched = fill.startsWith("url");
    const grey = getComputedStyle(document.documentElement).getPropertyValue("--netviz-unknown");
    fills.set(meaning, hatched ? grey : fill);
    probe.remove();
  }
  return fills.get(meaning);
}

function makeColorChoice() {
  const options = tellingColumns().map((column) => el("option", { value: column.key }, column.title));
  return el(
    "select",
    { id: "color", "aria-label": "Colour by", onchange: (event) => change({ color: event.target.value }) },
    el("option", { value: "family" }, "Family"),
    options,
  );
}

function startColors() {
  onChange(["color"], () => {
    byId("color").value = state.color;
    colorPicture();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    fills.clear();
    drawMinimap(true);
  });
}
