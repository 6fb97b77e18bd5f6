// A picture of the graph in numbers: where its boxes and groups lie, and which edges join them.
// An element goes by its number, which is also that of its item in data.drawings[…].items: groups first, then boxes.
// Uses nothing of the other files.

function readPicture(svg, items) {
  const elements = [];
  for (const element of svg.querySelectorAll("[data-n]")) elements[Number(element.dataset.n)] = element;
  const lines = [...svg.querySelectorAll("path[data-ends]")];
  const ends = lines.map((line) => line.dataset.ends.split(" ").map(Number));
  const [before, after] = [elements.map(() => []), elements.map(() => [])]; // edges by the element they join
  ends.forEach(([tail, head], line) => {
    after[tail].push(line);
    before[head].push(line);
  });
  const picture = {
    svg,
    items,
    elements,
    places: elements.map(placeOf),
    first: elements.findIndex((element) => element.classList.contains("box")), // all before it are groups
    width: Number(svg.getAttribute("width")),
    height: Number(svg.getAttribute("height")),
    lines,
    ends,
    before,
    after,
    boxesOf: boxesByLayer(items),
    contents: new Map(), // what lies inside of each group, as far as it was asked for
  };
  if (picture.first < 0) picture.first = elements.length;
  const heads = [...svg.querySelectorAll(".head")]; // a head for each group, in their order
  picture.parts = elements.map((element, n) => (heads[n] ? [element, heads[n]] : [element]));
  picture.around = elements.map(() => []); // the groups around an element at which edges begin or end
  for (const group of new Set(ends.flat().filter((n) => n < picture.first))) {
    for (const one of insideOf(picture, group)) picture.around[one].push(group);
  }
  return picture;
}

function placeOf(element) {
  const [x = 0, y = 0] = ((element.getAttribute("transform") || "").match(/-?[\d.]+/g) || []).map(Number);
  const rect = element.querySelector("rect");
  const length = (name) => Number(rect.getAttribute(name));
  return { x: x + length("x"), y: y + length("y"), width: length("width"), height: length("height") };
}

function holds(outer, inner) {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

// By layer the elements that hold it, those with the fewest layers first, boxes before groups.
function boxesByLayer(items) {
  const byLayer = new Map();
  items.forEach((item, n) => {
    for (const layer of item.layers) {
      if (!byLayer.has(layer)) byLayer.set(layer, []);
      byLayer.get(layer).push(n);
    }
  });
  for (const numbers of byLayer.values()) numbers.sort((one, other) => extent(items[one]) - extent(items[other]));
  return byLayer;
}

// How much an item stands for.
function extent(item) {
  return item.layers.length + (item.kind === "group" ? 0.5 : 0);
}

// What lies inside of a group.
function insideOf(picture, group) {
  const { contents, places } = picture;
  if (!contents.has(group)) {
    contents.set(group, [...places.keys()].filter((n) => n !== group && holds(places[group], places[n])));
  }
  return contents.get(group);
}

// The smallest group around an element, or null.
function groupAround(picture, n) {
  let [best, area] = [null, Infinity];
  for (let group = 0; group < picture.first; group += 1) {
    const place = picture.places[group];
    const size = place.width * place.height;
    if (group !== n && size < area && holds(place, picture.places[n])) [best, area] = [group, size];
  }
  return best;
}

// The box to which an arrow key leads: along an edge where one leads that way, else the nearest in that direction.
function boxTowards(picture, n, [right, down]) {
  const joined = [
    ...picture.before[n].map((line) => picture.ends[line][0]),
    ...picture.after[n].map((line) => picture.ends[line][1]),
  ];
  const boxes = [...picture.elements.keys()].slice(picture.first);
  return nearest(picture, n, joined, right, down, 3) ?? nearest(picture, n, boxes, right, down, 1);
}

// Of `candidates` the one that lies nearest to the right (1, 0), left (-1, 0), … of `n`; what lies further aside than
// `slack` times as far ahead does not count. Boxes count by their middles, distance aside weighs twice.
function nearest(picture, n, candidates, right, down, slack) {
  const [x, y] = middleOf(picture.places[n]);
  let [best, least] = [null, Infinity];
  for (const one of candidates) {
    if (one === n || one < picture.first) continue;
    const [ox, oy] = middleOf(picture.places[one]);
    const ahead = (ox - x) * right + (oy - y) * down;
    const aside = Math.abs((ox - x) * down) + Math.abs((oy - y) * right);
    if (ahead < 1 || aside > slack * ahead) continue;
    if (ahead + 2 * aside < least) [best, least] = [one, ahead + 2 * aside];
  }
  return best;
}

function middleOf(place) {
  return [place.x + place.width / 2, place.y + place.height / 2];
}
