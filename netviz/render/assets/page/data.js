// What the page knows: `data`, read from the document and made whole. How it is packed is told in render/page/data.py.

const data = whole(JSON.parse(document.getElementById("data").textContent));

// The packed data with what was left out because it follows from the rest.
function whole(packed) {
  for (const layer of packed.layers) {
    layer.name ??= layer.path.slice(layer.path.lastIndexOf("/") + 1);
    [layer.class_name, layer.module, layer.family] = packed.classes[layer.class];
    layer.parent ??= null;
    layer.settings ??= [];
    layer.findings ??= [];
    layer.inside = [];
  }
  packed.layers.forEach((layer, index) => {
    if (layer.parent !== null) packed.layers[layer.parent].inside.push(index);
  });
  packed.rows = wholeRows(packed);
  packed.names = new Map(Object.entries(packed.names ?? {}));
  const counts = packed.columns.findIndex((column) => column.key === "parameters");
  for (const drawing of packed.drawings) {
    drawing.id ??= "";
    drawing.about ??= "";
    drawing.remark ??= "";
    drawing.trail ??= [];
    drawing.picture ??= null;
    drawing.items = (drawing.items ?? []).map((item) => wholeItem(packed, item, counts));
  }
  return packed;
}

// The table of layers, a list of cells for each; packed it is column by column.
function wholeRows({ columns, layers }) {
  const cells = columns.map((column) => {
    if (column.of) return layers.map((layer) => layer[column.of]);
    return column.values ? column.cells.map((place) => column.values[place]) : column.cells ?? [];
  });
  return layers.map((_, row) => cells.map((column) => column[row]));
}

// An item of a drawing: what it has in common with the one layer that it stands for was left out.
function wholeItem(packed, item, counts) {
  const layers = item.layers ?? [];
  const kind = item.kind ?? "layer";
  const layer = layers.length === 1 && kind !== "group" ? packed.layers[layers[0]] : null;
  return {
    id: layer ? layer.path : "",
    names: layer ? [layer.name] : [],
    class_name: layer ? layer.class_name : null,
    family: layer ? layer.family : "unknown",
    parameters: layer && counts >= 0 ? packed.rows[layers[0]][counts] : 0,
    opens: null,
    repeats: [],
    varies: [],
    ...item,
    kind,
    layers,
  };
}

// The calls of a layer: {inputs, outputs, constants}, of tensors {argument, shape, dtype, ends: [[words, layer or null]]}.
function callsOf(index) {
  return (data.layers[index].calls ?? []).map(([inputs, outputs, constants]) => ({
    inputs: inputs.map(wholeTensor),
    outputs: outputs.map(wholeTensor),
    constants: constants ?? [],
  }));
}

function wholeTensor([tensor, ends, argument], place) {
  const [shape, dtype] = data.tensors[tensor];
  return {
    argument: argument ?? String(place),
    shape,
    dtype,
    ends: ends.map((end) => (Array.isArray(end) ? end : [data.layers[end].name, end])),
  };
}

// The weights that a layer owns: {name, shape, dtype, trainable, parameters, bytes, stored, problem, path, figures, tiles}.
function weightsOf(index) {
  return (data.layers[index].weights ?? []).map(([variable, path, figures, tiles]) => {
    const { tensor, ...rest } = data.variables[variable];
    const [shape, dtype] = data.tensors[tensor];
    return { ...rest, shape, dtype, path, figures: figures ?? null, tiles: tiles ?? null };
  });
}

// The place of a column in the rows by its key, -1 where there is none.
function columnPlace(key) {
  return data.columns.findIndex((column) => column.key === key);
}

// What the table says of a layer in a column; undefined where there is no such column.
function cellOf(index, key) {
  return data.rows[index][columnPlace(key)];
}
