// All paths through a box: what comes before it and after it stands out, the rest fades. Also fades what the filters
// do not let through. Uses state.js, picture.js, graph.js (`graph`).

const HOVER = { enter: 110, leave: 180 }; // milliseconds, so that a pointer that only passes changes nothing

// Which elements and edges lie on a path through `start`, as bytes by their number.
function pathsThrough(picture, start) {
  const found = { elements: new Uint8Array(picture.elements.length), lines: new Uint8Array(picture.lines.length) };
  const begin = [start, ...(start < picture.first ? insideOf(picture, start) : [])];
  follow(picture, begin, picture.after, 1, found);
  follow(picture, begin, picture.before, 0, found);
  return found;
}

function insideOf(picture, group) {
  const place = picture.places[group];
  const known = picture.inside.get(group);
  return known || [...picture.places.keys()].filter((n) => n !== group && holds(place, picture.places[n]));
}

// Where an edge ends at a group, it is not known which of the boxes inside takes its tensor: all of them may.
function follow(picture, begin, edges, end, found) {
  const seen = new Uint8Array(picture.elements.length);
  const open = [...begin];
  for (const n of open) seen[n] = 1;
  const reach = (n) => {
    if (seen[n]) return;
    seen[n] = 1;
    open.push(n);
  };
  while (open.length) {
    const n = open.pop();
    found.elements[n] = 1;
    for (const source of [n, ...picture.around[n]]) {
      for (const line of edges[source]) {
        found.lines[line] = 1;
        const other = picture.ends[line][end];
        reach(other);
        if (other < picture.first) insideOf(picture, other).forEach(reach);
      }
    }
  }
}

const trace = { shown: null, hovered: null, timer: 0 };

// Shows the paths through element `n` of the picture, or all of it (null).
function showTrace(n) {
  const { picture } = graph;
  if (!picture || trace.shown === n) return;
  trace.shown = n;
  const found = n === null ? null : pathsThrough(picture, n);
  setFaded(picture, "off", found);
  const near = new Set(n === null ? [] : [...picture.before[n], ...picture.after[n]]);
  for (const line of picture.near || []) if (!near.has(line)) picture.lines[line].classList.remove("near");
  for (const line of near) picture.lines[line].classList.add("near");
  picture.near = near;
}

// Gives the class to every box and edge that is not in `kept` (null: to none), touching only what changes.
function setFaded(picture, name, kept) {
  const faded = (picture.faded ??= {});
  faded[name] ??= { elements: new Uint8Array(picture.elements.length), lines: new Uint8Array(picture.lines.length) };
  for (const [part, nodes] of [["elements", picture.elements], ["lines", picture.lines]]) {
    const now = faded[name][part];
    for (let n = part === "elements" ? picture.first : 0; n < nodes.length; n += 1) {
      const wanted = kept && !kept[part][n] ? 1 : 0;
      if (now[n] === wanted) continue;
      now[n] = wanted;
      nodes[n].classList.toggle(name, wanted === 1);
    }
  }
}

// Hovered, else focused by the keyboard, else selected.
function updateTrace() {
  const { picture } = graph;
  if (!picture) return;
  const focused = document.activeElement?.matches?.("#canvas [data-n]:focus-visible")
    ? Number(document.activeElement.dataset.n)
    : null;
  showTrace(trace.hovered ?? focused ?? graph.marked[0] ?? null);
}

function startTracing() {
  const { canvas } = graph;
  const later = (n, wait) => {
    clearTimeout(trace.timer);
    trace.timer = setTimeout(() => {
      trace.hovered = n;
      updateTrace();
    }, wait);
  };
  canvas.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch" || event.buttons) return;
    if (event.target.closest?.(".opener")) return;
    const element = event.target.closest?.("[data-n]");
    const n = element ? Number(element.dataset.n) : null;
    placeOpener(n);
    const traced = element?.matches(".box") ? n : null; // groups are too large to be pointed at by intention
    later(traced, traced === null ? HOVER.leave : HOVER.enter);
  });
  canvas.addEventListener("pointerleave", () => {
    placeOpener(null);
    later(null, HOVER.leave);
  });
  canvas.addEventListener("focusin", updateTrace);
  canvas.addEventListener("focusout", () => requestAnimationFrame(updateTrace));
  onChange(["families", "query"], fadeFiltered);
}

// What the filters do not let through.
function fadeFiltered() {
  const { picture } = graph;
  if (!picture) return;
  if (!isFiltered()) return setFaded(picture, "dim", null);
  const layers = matches();
  const elements = Uint8Array.from(picture.items, (item) => (item.layers.some((one) => layers.has(one)) ? 1 : 0));
  const lines = Uint8Array.from(picture.ends, ([tail, head]) => elements[tail] && elements[head]);
  setFaded(picture, "dim", { elements, lines });
}
