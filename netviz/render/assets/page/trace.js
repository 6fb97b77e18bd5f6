// All paths through a box: what comes before it and after it stands out, the rest fades. Also fades what the filters
// do not let through. Uses state.js, picture.js, graph.js (`graph`, `focusedElement`), minimap.js.

const HOVER = { enter: 110, leave: 180 }; // milliseconds, so that a pointer that only passes changes nothing

// Which elements and edges lie on a path through one of `starts` (the calls of a layer, say), as bytes by their number;
// groups are on it with what they hold.
function pathsThrough(picture, starts) {
  const paths = { elements: new Uint8Array(picture.elements.length), lines: new Uint8Array(picture.lines.length) };
  const begin = starts.flatMap((start) => [start, ...(start < picture.first ? insideOf(picture, start) : [])]);
  follow(picture, begin, picture.after, 1, paths);
  follow(picture, begin, picture.before, 0, paths);
  for (let group = 0; group < picture.first; group += 1) {
    if (insideOf(picture, group).some((n) => n >= picture.first && paths.elements[n])) paths.elements[group] = 1;
  }
  return paths;
}

// Where an edge ends at a group, it is not known which of the boxes inside takes its tensor: all of them may.
function follow(picture, begin, edges, end, paths) {
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
    paths.elements[n] = 1;
    for (const source of [n, ...picture.around[n]]) {
      for (const line of edges[source]) {
        paths.lines[line] = 1;
        const other = picture.ends[line][end];
        reach(other);
        if (other < picture.first) insideOf(picture, other).forEach(reach);
      }
    }
  }
}

const trace = { through: "", hovered: null, element: null, pointer: null, timer: 0 };

// Shows the paths through these elements of the picture, or without any all of it.
function showTrace(starts) {
  const { picture } = graph;
  if (!picture || trace.through === starts.join()) return;
  trace.through = starts.join();
  setFaded(picture, "off", starts.length ? pathsThrough(picture, starts) : null);
  const near = new Set(starts.flatMap((n) => [...picture.before[n], ...picture.after[n]]));
  for (const line of picture.near || []) if (!near.has(line)) picture.lines[line].classList.remove("near");
  for (const line of near) picture.lines[line].classList.add("near");
  picture.near = near;
}

// Gives the class to all elements and edges that are not in `kept` (null: to none), touching only what changes.
function setFaded(picture, name, kept) {
  const faded = (picture.faded ??= {});
  faded[name] ??= { elements: new Uint8Array(picture.elements.length), lines: new Uint8Array(picture.lines.length) };
  for (const kind of ["elements", "lines"]) {
    const now = faded[name][kind];
    for (let n = 0; n < now.length; n += 1) {
      const wanted = kept && !kept[kind][n] ? 1 : 0;
      if (now[n] === wanted) continue;
      now[n] = wanted;
      const parts = kind === "elements" ? picture.parts[n] : [picture.lines[n]];
      for (const part of parts) part.classList.toggle(name, wanted === 1);
    }
  }
}

// Hovered, else focused by the keyboard, else selected.
function updateTrace() {
  const { picture } = graph;
  if (!picture) return;
  const one = trace.hovered ?? focusedElement();
  showTrace(one === null ? graph.marked : [one]);
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
  // Not by "pointerover", which also comes when the drawing moves below a pointer that rests.
  canvas.addEventListener("pointermove", (event) => {
    const before = trace.pointer;
    trace.pointer = [event.clientX, event.clientY].join();
    if (event.pointerType === "touch" || event.buttons || before === trace.pointer) return;
    if (event.target.closest?.(".opener")) return;
    const element = event.target.closest?.("[data-n]") ?? null;
    if (trace.element === element) return;
    trace.element = element;
    const n = element ? Number(element.dataset.n) : null;
    placeOpenButton(n);
    const traced = element?.matches(".box") ? n : null; // groups are too large to be pointed at by intention
    later(traced, traced === null ? HOVER.leave : HOVER.enter);
  });
  canvas.addEventListener("pointerleave", () => {
    trace.element = trace.pointer = null;
    placeOpenButton(null);
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
  const layers = matches();
  const elements = Uint8Array.from(picture.items, (item) => (item.layers.some((one) => layers.has(one)) ? 1 : 0));
  const lines = Uint8Array.from(picture.ends, ([tail, head]) => elements[tail] && elements[head]);
  setFaded(picture, "dim", isFiltered() ? { elements, lines } : null);
  drawMinimap(true);
}
