// What the colours of the boxes mean: their family, or a column of the table of layers, with a legend.
// Uses data.js, state.js, text.js, graph.js (`graph`), minimap.js.

const STEPS = 7; // of magnitudes: the classes step-0 to step-6 of the picture's style sheet
const KINDS = 7; // different values that have a colour each: kind-0 to kind-6
const MAGNITUDES = ["count", "bytes", "share", "number", "shapes"]; // kinds of columns that are coloured in steps
const WORDS = ["text", "class", "flag", "severity"];
const TOLD_APART = 40; // more different words than these are names, which colours cannot tell apart
const HATCHED = "unknown"; // the family and the meaning that are hatched
const BLANK = "blank"; // nothing to say

const SUMMED = new Set(["count", "bytes", "share"]);

// The columns to colour by, with what is to be said of one that tells nothing because it is the same for all layers.
// Names tell nothing either: those are not listed.
function columnChoices() {
  return data.columns.flatMap((column, place) => {
    if (!MAGNITUDES.includes(column.kind) && !WORDS.includes(column.kind)) return [];
    const values = data.rows.map((row) => plainValue(column, row[place]));
    const different = new Set(values);
    if (column.kind === "flag") different.delete(""); // what has no weights
    if (WORDS.includes(column.kind) && isNaming(column, different)) return [];
    const same = different.size < 2 ? ` (${sameWords(column, place, values)} everywhere)` : "";
    return [{ column, same }];
  });
}

function isNaming(column, different) {
  if (column.of === "name" || column.of === "path" || different.size > TOLD_APART) return true;
  return column.kind === "text" && different.size === data.rows.length && different.size > KINDS;
}

function sameWords(column, place, values) {
  const row = values.findIndex((value) => value !== "");
  if (row < 0) return "none";
  if (values[row] === null) return "unknown";
  return column.kind === "shapes" ? "equal" : cellText(column.kind, data.rows[row][place]);
}

// A cell as one number or one word; null is unknown, "" is nothing.
function plainValue(column, cell) {
  if (column.kind === "shapes") return tensorSize(cell);
  if (cell === null || cell === undefined || cell === "") return cell ?? null;
  if (MAGNITUDES.includes(column.kind)) return finite(numberOf(cell));
  if (column.kind === "flag") return cell ? "yes" : "no";
  return String(cell);
}

// A number that can be compared; null where there is none.
function finite(number) {
  if (number === null || Number.isNaN(number)) return null;
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number));
}

// Values in the tensors of one cell, without the batch axis.
function tensorSize(shapes) {
  if (shapes === null || shapes === undefined) return null;
  if (!shapes.length) return "";
  let sum = 0;
  for (const shape of shapes) {
    const axes = shape === null ? [null] : shape.slice(1).map(numberOf);
    if (axes.includes(null)) return null;
    sum += axes.reduce((product, axis) => product * axis, 1);
  }
  return finite(sum);
}

// What an element's layers amount to: sums of counts, the largest tensor, a word that all share. A layer that stands
// within another one of them is counted there.
function valueOf(column, place, item) {
  const { layers } = item;
  if (!layers.length) return "";
  const held = new Set(layers);
  const told = SUMMED.has(column.kind) && layers.length > 1 ? layers.filter((layer) => !isHeld(layer, held)) : layers;
  const values = told.map((layer) => plainValue(column, data.rows[layer]?.[place]));
  if (SUMMED.has(column.kind)) {
    if (values.includes(null)) return null;
    const numbers = values.filter((value) => value !== "");
    return numbers.length ? finite(numbers.reduce((sum, value) => sum + value, 0)) : "";
  }
  const different = [...new Set(values.filter((value) => value !== ""))];
  if (different.length <= 1) return different.length ? different[0] : "";
  if (column.kind === "shapes") return greatest(different.filter((value) => value !== null));
  return MIXED;
}

const MIXED = "mixed";

// Not by Math.max(...), which takes no more arguments than a stack holds.
function greatest(numbers) {
  return numbers.reduce((one, other) => Math.max(one, other));
}

function isHeld(layer, layers) {
  for (let { parent } = data.layers[layer]; parent !== null; { parent } = data.layers[parent]) {
    if (layers.has(parent)) return true;
  }
  return false;
}

// The classes of a picture's elements, and what they mean.
function coloringOf(picture, key) {
  const place = columnPlace(key);
  if (place < 0) return { meanings: picture.items.map((item) => item.family || HATCHED), steps: [], entries: [] };
  const column = data.columns[place];
  const values = picture.items.map((item) => valueOf(column, place, item));
  const boxes = values.filter((_, n) => n >= picture.first);
  const scaled = MAGNITUDES.includes(column.kind);
  const { meaning, steps, entries } = scaled ? scaleOf(column, place) : { ...kindsOf(column, place, boxes), steps: [] };
  const others = [
    { meaning: BLANK, words: "0", value: scaled ? 0 : undefined },
    { meaning: HATCHED, words: "? unknown", value: null },
    { meaning: BLANK, words: "none", value: "" },
  ];
  const meanings = values.map((value) => (value === null ? HATCHED : value === "" ? BLANK : meaning(value)));
  return {
    meanings,
    steps,
    entries: [...entries, ...others.filter(({ value }) => value !== undefined && boxes.includes(value))],
    title: titleOf(column),
  };
}

function titleOf(column) {
  if (column.kind !== "shapes") return column.title;
  return `Values in the ${column.title.replace(/ shape$/, "").toLowerCase()}`;
}

const scales = new Map(); // by column

// Seven steps between the least and the greatest of all boxes of all drawings, so that a layer keeps its colour wherever
// it is seen: of equal ratios where the values span orders of magnitude. `steps` are those of the legend, each from one
// of `bounds` to the next.
function scaleOf(column, place) {
  if (!scales.has(column)) scales.set(column, newScale(column, place));
  return scales.get(column);
}

function newScale(column, place) {
  const numbers = data.drawings
    .flatMap(({ items }) => items.filter((item) => item.kind !== "group").map((item) => valueOf(column, place, item)))
    .filter((value) => typeof value === "number" && value !== 0);
  if (!numbers.length) return { meaning: () => BLANK, steps: [], entries: [] };
  const [least, most] = [-greatest(numbers.map((value) => -value)), greatest(numbers)];
  const ratio = least > 0 && most / least > 20;
  const [to, from] = ratio ? [Math.log, Math.exp] : [(value) => value, (value) => value];
  const span = to(most) - to(least);
  if (!(span > 0)) {
    const words = numberWords(column, least);
    return { meaning: (value) => (value === 0 ? BLANK : MIDDLE), steps: [], entries: [{ meaning: MIDDLE, words }] };
  }
  const stepOf = (value) => Math.min(STEPS - 1, Math.floor(((to(value) - to(least)) / span) * STEPS));
  const bound = (step) => (step === 0 ? least : step === STEPS ? most : from(to(least) + (span * step) / STEPS));
  const words = [...Array(STEPS + 1).keys()].map((step) => numberWords(column, bound(step)));
  const steps = [...Array(STEPS).keys()].map((step) => ({ meaning: `step-${step}`, from: words[step], to: words[step + 1] }));
  return { meaning: (value) => (value === 0 ? BLANK : `step-${stepOf(value)}`), steps, entries: [] };
}

const MIDDLE = "step-3"; // where there is but one value

// A number as the table writes it, counts in short as on the cards.
function numberWords({ key, kind }, value) {
  if (kind === "share" || kind === "number") return cellText(kind, value);
  if (kind === "bytes") return cellText(kind, Math.round(value));
  const text = shortCount(Math.round(value));
  return GIGA.includes(key) ? text.replace(" B", " G") : text;
}

const GIGA = ["macs", "flops"]; // columns of what is told in G, not in billions

const UNITS = [[1e3, " k"], [1e6, " M"], [1e9, " B"], [1e12, " T"]];

// 9472 as "9.5 k", 2049000 as "2.05 M", as in render/diagram/wording.py.
function shortCount(count) {
  if (Math.abs(count) < 1000) return String(count);
  for (const [size, unit] of UNITS) {
    const value = count / size;
    if (Math.abs(value) >= 999.95) continue;
    return `${value.toFixed(size > 1000 && Math.abs(value) < 9.995 ? 2 : 1)}${unit}`;
  }
  return numberText(count);
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
  const entries = often.filter((word) => used.has(word)).map((word) => ({ meaning: colored.get(word), words: nameText(word) }));
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
  const { meanings, steps, entries, title } = coloringOf(picture, state.color);
  const before = picture.meanings || picture.items.map((item) => item.family || HATCHED);
  for (let n = picture.first; n < meanings.length; n += 1) {
    if (before[n] !== meanings[n]) picture.elements[n].classList.replace(before[n], meanings[n]);
  }
  picture.meanings = meanings;
  fillLegend(title, steps, entries);
  drawMinimap(true);
}

function fillLegend(title, steps, entries) {
  const legend = byId("legend");
  legend.hidden = !steps.length && !entries.length;
  legend.replaceChildren(
    el("span", { className: "legend-title" }, title || ""),
    steps.length ? scaleView(steps) : "",
    entries.length
      ? el("ul", { className: "kinds" }, entries.map(({ meaning, words }) => el("li", {}, patchOf(meaning, 12, 12), words)))
      : "",
  );
}

function scaleView(steps) {
  const size = innerWidth <= 640 ? 40 : 50; // pixels of a step
  const patches = steps.map(({ meaning, from, to }) => {
    const words = from === to ? from : `${from} to ${to}`;
    return el("li", { title: words }, patchOf(meaning, size, 10), el("span", { className: "unseen" }, words));
  });
  const ticks = ticksOf([...steps.map(({ from }) => from), steps.at(-1).to], size).map(({ words, middle }) => {
    const tick = el("span", {}, words);
    tick.style.left = `${TICK_ROOM + middle}px`;
    return tick;
  });
  return el("div", { className: "scale" }, el("ol", {}, patches), el("div", { className: "ticks", "aria-hidden": "true" }, ticks));
}

const TICK_ROOM = 18; // pixels beside the scale, as in the style sheet

// The words of the bounds, each in the middle below its own: the first, the last, and as many between as have room.
function ticksOf(bounds, size) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const all = bounds.map((words, place) => ({ words, middle: place * size, half: pen.measureText(words).width / 2 + 3 }));
  const [ticks, last] = [all.slice(0, 1), all.at(-1)];
  const fits = (one, next) => one.words !== next.words && one.middle + one.half <= next.middle - next.half;
  for (const tick of all.slice(1, -1)) if (fits(ticks.at(-1), tick) && fits(tick, last)) ticks.push(tick);
  if (fits(ticks.at(-1), last)) ticks.push(last);
  return ticks;
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
  const options = columnChoices().map(({ column, same }) =>
    el("option", { value: column.key, disabled: same !== "" }, `${column.title}${same}`),
  );
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
