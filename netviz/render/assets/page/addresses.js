// The addresses of all that can be seen, and what each stands for: #layer/<path>, #call/<number>/<path of the layer>,
// #group/<id>, #box/<level, or id of a group>/<id>, #graph, #graph/<level>, #layers, #both, #summary.
// Uses data.js, state.js.

const VIEWS = ["graph", "layers", "both", "summary"];
const NAMED = ["layer", "call", "group", "box"]; // kinds of addresses with a name that may not be there

// The addresses of named things: the path, percent-encoded, and "?2" for the second of those whose names look the same.
function addressesOf(kind, names) {
  const met = new Map();
  return names.map((name) => {
    const path = name.split("/").map(encodeURIComponent).join("/");
    const times = (met.get(path) ?? 0) + 1;
    met.set(path, times);
    return `#${kind}/${path}${times > 1 ? `?${times}` : ""}`;
  });
}

// Ids without the dots that those of groups end with, where no other one is the same then.
function readable(ids) {
  const short = ids.map((id) => id.replace(/…+$/, ""));
  const times = new Map();
  for (const id of short) times.set(id, (times.get(id) ?? 0) + 1);
  return ids.map((id, place) => (short[place] && times.get(short[place]) === 1 ? short[place] : id));
}

// An address however it is encoded; "?" stays apart from one in a name.
function plain(address) {
  return address
    .split("?")
    .map((part) => {
      try {
        return encodeURIComponent(decodeURIComponent(part));
      } catch {
        return encodeURIComponent(part);
      }
    })
    .join("?");
}

// The addresses of things by their names in short, and by each address, also that with the name in full, the place of
// what it is of.
function addressBook(kind, names, short = names) {
  const addresses = addressesOf(kind, short);
  const places = new Map();
  for (const list of short === names ? [addresses] : [addresses, addressesOf(kind, names)]) {
    list.forEach((address, place) => {
      if (!places.has(plain(address))) places.set(plain(address), place);
    });
  }
  return { addresses, find: (hash) => places.get(plain(hash)) };
}

const layerBook = addressBook("layer", data.layers.map((layer) => layer.path));
const groupDrawings = [...data.drawings.keys()].filter((drawing) => data.drawings[drawing].id !== ""); // as drawings
const groupIds = groupDrawings.map((drawing) => data.drawings[drawing].id);
const groupBook = addressBook("group", groupIds, readable(groupIds));
const boxBooks = new Map(); // by drawing, made when asked for

function layerHref(layer) {
  return layerBook.addresses[layer];
}

function callHref(layer, call) {
  return layerHref(layer).replace("#layer/", `#call/${call + 1}/`);
}

// The level that a drawing is; undefined for the inside of a group.
function levelOf(drawing) {
  return data.levels.find((level) => level.drawing === drawing);
}

// The address of a drawing: that of its group, or of its level.
function drawingHref(drawing) {
  const level = levelOf(drawing);
  if (level) return level === data.levels[0] ? "#graph" : `#graph/${level.name}`;
  return groupBook.addresses[groupDrawings.indexOf(drawing)];
}

function boxBook(drawing) {
  if (!boxBooks.has(drawing)) {
    const ids = data.drawings[drawing].items.map((item) => item.id);
    boxBooks.set(drawing, addressBook(boxKind(drawing), ids, readable(ids)));
  }
  return boxBooks.get(drawing);
}

// What the addresses of a drawing's boxes begin with.
function boxKind(drawing) {
  return `box/${levelOf(drawing)?.name ?? drawingHref(drawing).replace("#group/", "")}`;
}

function boxHref(drawing, item) {
  return boxBook(drawing).addresses[item];
}

// What an address says of the state, and no more; null where it is none of ours, or of something that is not there.
function stateOf(hash) {
  const [kind, ...rest] = hash.replace(/^#/, "").split("/");
  return Object.hasOwn(ADDRESSED, kind) ? ADDRESSED[kind](hash, rest) : null;
}

const ADDRESSED = {
  layer: (hash) => complete({ layer: layerBook.find(hash), call: null, item: null }),
  call: callAt,
  group: (hash) => complete({ drawing: groupDrawings[groupBook.find(hash)] }),
  box: boxAt,
  graph: (_, [name]) => levelNamed(name),
  "": () => levelNamed(),
  ...Object.fromEntries(["layers", "both", "summary"].map((view) => [view, () => ({ view })])),
};

// What was found, null where it was not.
function complete(patch) {
  return Object.values(patch).includes(undefined) ? null : patch;
}

function levelNamed(name) {
  const level = data.levels.find((one) => one.name === name) ?? data.levels[0];
  return level ? { drawing: level.drawing } : {};
}

function callAt(_, [number, ...path]) {
  const layer = layerBook.find(`#layer/${path.join("/")}`);
  if (layer === undefined) return null;
  const call = Number(number) - 1;
  return { layer, call: call in (data.layers[layer].calls ?? []) ? call : null, item: null };
}

function boxAt(hash) {
  for (const drawing of data.drawings.keys()) {
    if (!plain(hash).startsWith(plain(`#${boxKind(drawing)}/`))) continue;
    const item = boxBook(drawing).find(hash);
    if (item !== undefined) return { drawing, item, layer: null, call: null };
  }
  return null;
}
