// The panel at the right: everything about the selected layer, or about a box that stands for more. Built when it is
// opened. Uses data.js, state.js, text.js, copy.js, weights.js, route.js, graph.js (`timesText`).

let opener = null; // what had the focus before the panel was opened

function startPanel() {
  onChange(["layer", "call", "item"], showPanel);
  onChange(["drawing"], () => {
    if (state.item !== null) showPanel(); // the same number is another item there
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || byId("panel").hidden) return;
    event.preventDefault();
    closePanel();
  });
}

function closePanel() {
  const inside = byId("panel").contains(document.activeElement) || document.activeElement === document.body;
  deselect();
  if (inside && opener?.isConnected) opener.focus({ preventScroll: true });
}

function showPanel() {
  const panel = byId("panel");
  drawnTiles.clear();
  const item = state.item === null ? null : data.drawings[state.drawing]?.items[state.item];
  const parts = state.layer !== null ? layerView(state.layer) : item ? itemView(item) : null;
  const before = document.activeElement;
  const inside = panel.contains(before);
  if (!inside && before !== document.body) opener = before;
  panel.hidden = parts === null;
  document.documentElement.classList.toggle("with-panel", parts !== null);
  panel.replaceChildren(...(parts ?? []).flat(Infinity).filter(Boolean));
  if (!parts) return;
  panel.scrollTop = 0;
  panel.querySelector(".called")?.scrollIntoView({ block: "nearest" });
  addMore(panel.querySelector("h2"));
  redrawTiles(); // now their width is known
  panel.setAttribute("aria-label", `Details of ${panel.querySelector("h2").textContent}`);
  announce(panel.getAttribute("aria-label"));
  // Whoever walks from layer to layer inside of the panel stays in it; else the focus stays where it was.
  if (inside) panel.focus({ preventScroll: true });
}

// A name of more lines than there is room for is cut, until it is asked for.
function addMore(name) {
  if (name.scrollHeight <= name.clientHeight + 2) return;
  const more = el("button", { type: "button", className: "more", "aria-expanded": "false", onclick: () => {
    const whole = name.parentElement.classList.toggle("whole");
    more.setAttribute("aria-expanded", String(whole));
    more.textContent = whole ? "less" : "more";
  } }, "more");
  name.after(more);
}

// A layer as a link.
function layerLink(index, words = data.layers[index].name) {
  return el("a", { href: layerHref(index), "data-family": data.layers[index].family }, nameText(words));
}

function endLink([words, layer]) {
  return layer === null ? el("span", { className: "end" }, nameText(words)) : layerLink(layer, words);
}

// A part of the panel under a heading; none where there is nothing in it.
function part(title, ...children) {
  const shown = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  return shown.length ? el("section", {}, el("h3", {}, title), shown) : null;
}

function facts(items, className = "facts") {
  const shown = items.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (!shown.length) return null;
  return el("dl", { className }, shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

// The name, which stays while the rest scrolls, and beside it what leads on.
function panelHead(name, ...buttons) {
  const close = { type: "button", className: "close", "aria-label": "Close the details", title: "Close (Esc)", onclick: closePanel };
  return el(
    "div",
    { className: "head" },
    el("div", { className: "name" }, el("h2", {}, name)),
    el("div", { className: "tools" }, buttons, el("button", close, "×")),
  );
}

// The layers before and after, in the order of the table.
function step(index, by) {
  const next = index + by;
  const [word, sign] = by < 0 ? ["Previous layer", "‹"] : ["Next layer", "›"];
  const known = data.layers[next];
  return el(
    "a",
    known
      ? { className: "step", href: layerHref(next), "aria-label": `${word}: ${known.name}`, title: `${word}: ${known.name}` }
      : { className: "step", "aria-disabled": "true", role: "link", "aria-label": `${word}: none` },
    sign,
  );
}

function layerView(index) {
  const layer = data.layers[index];
  const findings = layer.findings.map((number) => data.findings[number]);
  const inside = allInside(index);
  const opened = drawingOf(index);
  return [
    panelHead(nameText(layer.name), step(index, -1), step(index, 1)),
    el(
      "header",
      { "data-family": layer.family },
      crumbs(layer),
      el(
        "p",
        { className: "class" },
        el("span", { className: "swatch", "aria-hidden": "true" }),
        layer.class_name ?? el("b", { className: "unknown" }, UNKNOWN),
        layer.module ? el("span", { className: "module" }, layer.module) : null,
      ),
      el(
        "p",
        { className: "leads" },
        opened === null ? null : el("a", { className: "button", href: drawingHref(opened) }, "Open"),
        isDrawn(index) ? el("button", { type: "button", className: "button", onclick: () => showInGraph(index) }, "Show in graph") : null,
      ),
    ),
    part("Findings", findings.filter(({ note }) => !note).map(findingView)),
    part("Notes", findings.filter(({ note }) => note).map(findingView)),
    callsView(index),
    parametersView(index),
    costView(index),
    part("Weights", weightsOf(index).map(weightView)),
    part("Settings", facts(layer.settings.map((number) => data.settings[number]), "settings")),
    part(`Layers inside (${countText(inside.length)})`, layerList(inside)),
    el("footer", {}, copyButtons(layerTexts(index), "Copy this layer", () => nameText(layer.name))),
  ];
}

// The layers inside of a layer and of those in it, in the order of the table.
function allInside(index) {
  return data.layers[index].inside.flatMap((one) => [one, ...allInside(one)]);
}

// The drawing of what is inside of a layer: that of the call that is meant, or of the first one; null where there is none.
function drawingOf(index) {
  const { path } = data.layers[index];
  const named = (id) => data.drawings.findIndex((drawing) => drawing.id === id);
  const own = [named(`${path}#${(state.call ?? 0) + 1}`), named(path)].find((place) => place >= 0);
  if (own !== undefined) return own;
  for (const { items } of data.drawings) {
    const item = items.find((one) => one.opens !== null && holderOf(one.layers) === index);
    if (item) return item.opens;
  }
  return null;
}

// The layer among these that holds all the others; null where there is none.
function holderOf(layers) {
  if (layers.length < 2) return null;
  const first = Math.min(...layers); // in the table a layer stands before what is in it
  const isIn = (index) => index === first || (data.layers[index].parent !== null && isIn(data.layers[index].parent));
  return layers.every(isIn) ? first : null;
}

// The layers that a box stands for, in the order of the table, without the one that holds them, which is the box itself.
function layersIn(item) {
  const holder = holderOf(item.layers);
  return item.layers.filter((index) => index !== holder).sort((one, other) => one - other);
}

function isDrawn(layer) {
  return data.drawings.some(({ picture, items }) => picture !== null && items.some((item) => item.layers.includes(layer)));
}

function showInGraph(layer) {
  showLayer(layer);
  remember(layerHref(layer));
}

function crumbs(layer) {
  const above = [];
  for (let index = layer.parent; index !== null; index = data.layers[index].parent) above.unshift(index);
  if (!above.length) return null;
  return el("p", { className: "crumbs" }, above.map((index) => [layerLink(index), " / "]));
}

function findingView({ severity, message, remedy, code, cves }) {
  return el(
    "div",
    { className: "finding", "data-severity": severity },
    el("p", {}, el("strong", { className: "severity" }, severity), " ", message),
    remedy ? el("p", { className: "remedy" }, el("b", {}, "What to do: "), remedy) : null,
    cves?.length ? el("p", { className: "cves" }, cves.join(", ")) : null,
    el("p", { className: "code" }, el("code", {}, code)),
  );
}

// What goes in and comes out, for each call.
function callsView(index) {
  const calls = callsOf(index);
  if (!calls.length) return null;
  return calls.map((call, place) =>
    part(
      calls.length > 1 ? `Call ${place + 1} of ${calls.length}` : "Shapes and connections",
      tensorsView("in", call.inputs),
      tensorsView("out", call.outputs),
      facts(call.constants, "settings"),
    ),
  ).map((section, place) => {
    section?.classList.toggle("called", place === state.call); // the one that was clicked
    return section;
  });
}

const SIDES = { in: { title: "Input", ends: "from" }, out: { title: "Output", ends: "to" } };

function tensorsView(side, tensors) {
  const { title, ends } = SIDES[side];
  return tensors.map((tensor, place) => {
    const named = side === "in" && tensor.argument !== "" && !/^[\d.]+$/.test(tensor.argument);
    const number = tensors.length > 1 ? ` ${place + 1}` : "";
    return el(
      "div",
      { className: `tensor ${side}` },
      el("span", { className: "side" }, named ? tensor.argument : `${title}${number}`),
      el("span", { className: "shape" }, tensor.shape === null ? el("b", { className: "unknown" }, UNKNOWN) : shapeText(tensor.shape)),
      el("span", { className: "dtype" }, tensor.dtype ?? ""),
      tensor.ends.length ? el("p", { className: "ends" }, `${ends} `, commas(tensor.ends.map(endLink))) : null,
    );
  });
}

function commas(elements) {
  return elements.flatMap((one, place) => (place ? [", ", one] : [one]));
}

function parametersView(index) {
  const layer = data.layers[index];
  const total = cellOf(index, "parameters");
  if (total === undefined) return null;
  const formula = cellOf(index, "formula");
  const share = cellOf(index, "share");
  const fixed = layer.non_trainable === undefined ? 0 : layer.non_trainable;
  const [all, still] = [wholeOf(total), wholeOf(fixed)];
  const trained = fixed === 0 ? total : all === null || still === null ? null : all - still;
  return part(
    "Parameters",
    el(
      "p",
      { className: "sum" },
      formula && formula !== countText(total) ? el("span", { className: "formula" }, `${formula} = `) : null,
      el("strong", {}, total === null ? el("b", { className: "unknown" }, UNKNOWN) : countText(total)),
      share ? el("span", { className: "share" }, `${cellText("share", share)} of the model`) : null,
    ),
    total ? facts([["Trainable", countText(trained)], ["Not trainable", countText(fixed)]]) : null,
  );
}

const COSTS = ["macs", "flops", "activation_bytes", "weight_bytes", "receptive_field", "field_stride", "field_offset"]; // columns

// What the layer costs, in the words of the table; what is unknown with the reason.
function costView(index) {
  const items = COSTS.flatMap((key) => {
    const place = columnPlace(key);
    const cell = place < 0 ? "" : data.rows[index][place];
    if (cell === "" || cell?.length === 0) return [];
    const { kind, title } = data.columns[place];
    const text = cellText(kind, cell);
    return [[title, text === UNKNOWN ? el("b", { className: "unknown" }, text) : text]];
  });
  const { why } = data.layers[index];
  return part("Cost", facts(items), costedView(), why ? el("p", { className: "why" }, why) : null);
}

// For what inputs costs hold.
function costedView(before = "") {
  return data.model.costed ? el("p", { className: "about" }, `${before}for ${data.model.costed}`) : null;
}

// What the layers of an item cost together.
function summedCosts(item) {
  return COSTS.flatMap((key) => {
    const place = columnPlace(key);
    if (place < 0 || !SUMMED.has(data.columns[place].kind)) return [];
    const { kind, title } = data.columns[place];
    const value = valueOf(data.columns[place], place, item);
    return value === "" ? [] : [[title, value === null ? el("b", { className: "unknown" }, UNKNOWN) : cellText(kind, value)]];
  });
}

const LINKS_AT_ONCE = 60;
const DEEPEST = 16; // steps to the right: table.css knows no more

// Layers as links, those inside of another one of them a step to the right.
function layerList(indices) {
  if (!indices.length) return null;
  const depths = new Map();
  for (const index of indices) depths.set(index, (depths.get(data.layers[index].parent) ?? -1) + 1);
  const line = (index) =>
    el("li", { "data-depth": Math.min(depths.get(index), DEEPEST) || null }, layerLink(index), el("span", { className: "class" }, data.layers[index].class_name ?? UNKNOWN));
  const rest = indices.slice(LINKS_AT_ONCE);
  const list = el("ul", { className: "layers" }, indices.slice(0, LINKS_AT_ONCE).map(line));
  if (!rest.length) return list;
  const more = el("button", { type: "button", className: "plain", onclick: () => {
    list.append(...rest.map(line));
    more.remove();
  } }, `Show ${countText(rest.length)} more`);
  return [list, more];
}

// A group, a repeated block, or a card of several layers.
function itemView(item) {
  const times = item.repeats.reduce((sum, count) => sum + count, 0) || 1;
  const layers = layersIn(item);
  const repeats = repeatsOf(layers, times);
  return [
    panelHead([item.names.map(nameText).join(" · ") || "Group", times > 1 ? el("span", { className: "badge" }, `×${timesText(item)}`) : null]),
    el(
      "header",
      { "data-family": item.family },
      el("p", { className: "class" }, el("span", { className: "swatch", "aria-hidden": "true" }), whatItIs(item, times, layers.length)),
      item.opens === null ? null : el("a", { className: "button", href: drawingHref(item.opens) }, "Open"),
    ),
    part(
      "Parameters",
      el("p", { className: "sum" }, el("strong", {}, countText(item.parameters)), times > 1 ? el("span", { className: "share" }, `in all ${countText(times)}`) : null),
    ),
    part("Cost", facts(summedCosts(item)), costedView(times > 1 ? `in all ${countText(times)}, ` : "")),
    part("What varies", item.varies.length ? el("ul", { className: "varies" }, item.varies.map((one) => el("li", {}, one))) : null),
    repeats
      ? part(
          "Layers",
          repeats.map((inside, place) =>
            el("details", { open: place === 0 }, el("summary", {}, `${place + 1} of ${times}`), layerList(inside)),
          ),
        )
      : part(`Layers (${countText(layers.length)})`, layerList(layers)),
    layers.length ? el("footer", {}, copyButtons(layersTexts(layers), "Copy these layers", () => counted(layers.length, "layer"))) : null,
  ];
}

// The layers of each repeat, in the order of the model; null where they cannot be told apart by that order: where its
// equal parts do not hold layers of the same classes.
function repeatsOf(layers, times) {
  const each = layers.length / times;
  if (times < 2 || each < 2 || !Number.isInteger(each)) return null;
  const parts = Array.from({ length: times }, (_, place) => layers.slice(place * each, (place + 1) * each));
  const classes = parts.map((inside) => inside.map((index) => data.layers[index].class_name).join("\n"));
  return new Set(classes).size === 1 ? parts : null;
}

function whatItIs(item, times, count) {
  const kind = item.class_name || { group: "group", closed: "block", end: "end of the model", stub: "not in this drawing" }[item.kind] || "layers";
  return `${kind}, ${times > 1 ? `${countText(times)} times, ` : ""}${counted(count, "layer")}`;
}

// What is copied of a layer, by the name of the form.
function layerTexts(index) {
  const layer = data.layers[index];
  const settings = () => layer.settings.map((number) => data.settings[number]);
  const row = () => data.columns.map((column, place) => [column, data.rows[index][place]]);
  const weights = () => weightsOf(index).map(({ tiles, ...rest }) => rest);
  const lines = () => [
    ...row().map(([column, value]) => [column.key, csvCell(column.kind, value), cellText(column.kind, value)]),
    ...settings().map(([name, value]) => [name, value, value]),
  ];
  return {
    JSON: () =>
      jsonText({
        path: named(layer.path),
        class_name: named(layer.class_name),
        ...jsonRow(index, data.columns),
        calls: callsOf(index).map(jsonCall),
        settings: Object.fromEntries(settings()),
        weights: weights().map(jsonWeight),
        findings: layer.findings.map((number) => jsonFinding(data.findings[number])),
      }),
    CSV: () => csvTable([["what", "value"], ...lines().map(([name, value]) => [name, value])]),
    Markdown: () =>
      [
        `### ${markdownText(layer.path)}\n`,
        markdownTable(["What", "Value"], lines().map(([name, , text]) => [name, text]), [false, false]),
        weights().length
          ? markdownTable(
              ["Weight", "Shape", "Dtype", "Parameters"],
              weights().map((one) => [one.name, shapeText(one.shape), one.dtype ?? UNKNOWN, countText(one.parameters)]),
              [false, false, false, true],
            )
          : "",
      ]
        .filter(Boolean)
        .join("\n"),
  };
}

function jsonCall({ inputs, outputs, constants }) {
  const tensor = ({ argument, shape, dtype, ends }) => ({
    argument,
    shape: jsonShape(shape),
    dtype,
    ends: ends.map(([words, layer]) => ({ name: named(words), path: layer === null ? null : named(data.layers[layer].path) })),
  });
  return { inputs: inputs.map(tensor), outputs: outputs.map(tensor), constants: Object.fromEntries(constants) };
}

function jsonWeight({ name, shape, parameters, bytes, stored, path, ...rest }) {
  return {
    name: named(name),
    path: named(path),
    shape: jsonShape(shape),
    parameters: jsonNumber(parameters),
    bytes: jsonNumber(bytes),
    stored: stored && { shape: jsonShape(stored[0]), dtype: stored[1] },
    ...rest,
  };
}

function jsonFinding({ severity, code, message, remedy = "", cves = [], note = false }) {
  return { severity, code, message, remedy, cves, note };
}

// The rows of several layers.
function layersTexts(layers) {
  const rowsOf = (write) => layers.map((index) => data.columns.map((column, place) => write(column.kind, data.rows[index][place])));
  return {
    JSON: () => jsonText(layers.map((index) => jsonRow(index, data.columns))),
    CSV: () => csvTable([data.columns.map((column) => column.key), ...rowsOf(csvCell)]),
    Markdown: () =>
      markdownTable(
        data.columns.map((column) => column.title),
        rowsOf(cellText),
        data.columns.map((column) => NUMERIC.includes(column.kind)),
      ),
  };
}
