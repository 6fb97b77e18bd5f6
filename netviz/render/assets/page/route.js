// What is shown is written into the address, and shown again when the reader comes back. In a frame without an origin (a
// notebook) there is no history: then nothing is written down. Uses data.js, state.js, addresses.js.

const NOTHING = { layer: null, call: null, item: null };
const WIDE = matchMedia("(min-width: 1100px)"); // room for graph and table side by side

// How the reader came to the drawing that is shown: the level that he saw last, and for what he opened, in which drawing.
const way = { drawing: state.drawing, level: data.levels[0] ?? null, from: new Map() };

onChange(["drawing"], () => {
  const [before, now] = [way.drawing, state.drawing];
  way.drawing = now;
  way.level = levelOf(now) ?? way.level;
  if (before === now) return; // the history knows the way
  if (canOpen(before, now)) way.from.set(now, before);
  else if (!canOpen(now, before)) way.from.delete(now);
});

function canOpen(outer, inner) {
  return data.drawings[outer]?.items.some((item) => item.opens === inner) ?? false;
}

// The drawings around a drawing, from the level on that the reader came from.
function trailOf(drawing) {
  const { trail } = data.drawings[drawing];
  return trail.length ? [way.level.drawing, ...trail.slice(1)] : trail;
}

// The drawing to go up to: where this one was opened, or else the one around it; undefined for a level.
function drawingAbove(drawing) {
  return levelOf(drawing) ? undefined : (way.from.get(drawing) ?? trailOf(drawing).at(-1));
}

// The address of what is selected, null where nothing is.
function selectedHref() {
  const { layer, call, item, drawing } = state;
  if (layer !== null) return call === null ? layerHref(layer) : callHref(layer, call);
  return item === null ? null : boxHref(drawing, item);
}

// The address of a view: in that of the graph, of the drawing that is shown.
function viewHref(view) {
  return view === "graph" && state.drawing !== null ? drawingHref(state.drawing) : `#${view}`;
}

// Shows what an address says, and writes it down.
function go(hash, how) {
  const said = stateOf(hash);
  if (!said) {
    notFound(hash);
    return;
  }
  change({ ...NOTHING, ...viewOf(said), ...said });
  remember(hash, how);
}

// The view in which what an address says is seen: the one that is shown, but drawings and their boxes in the graph.
function viewOf(said) {
  return "drawing" in said || !("layer" in said) ? { view: state.view === "both" ? "both" : "graph" } : {};
}

// Writes an address into the history, with what of the state it does not say; "replaceState" adds no step to it. All is
// kept by address: the same number may be of another layer when the page is made anew.
function remember(hash, how = location.hash === hash ? "replaceState" : "pushState") {
  const { view, drawing } = state;
  const hrefOf = (one) => (one === null || one === undefined ? null : drawingHref(one));
  const kept = {
    view,
    drawing: hrefOf(drawing),
    level: hrefOf(way.level?.drawing),
    from: hrefOf(way.from.get(drawing)),
    selected: selectedHref(),
  };
  try {
    history[how](kept, "", hash);
  } catch {
    // no history in a frame without an origin
  }
}

// Another view of the same: what is selected stays.
function goToView(view) {
  change({ view });
  remember(viewHref(view));
}

// Closes what is selected, and takes it out of the address.
function deselect() {
  change(NOTHING);
  remember(viewHref(state.view));
}

function notFound(hash) {
  const [kind, ...rest] = hash.replace(/^#/, "").split("/");
  if (!NAMED.includes(kind)) return;
  let name = rest.join("/");
  try {
    name = decodeURIComponent(name);
  } catch {
    // as it stands there
  }
  change({ view: "graph", ...NOTHING });
  toast(`There is no ${kind} “${name.slice(0, 200)}” in this model.`);
}

function followAddress() {
  const said = stateOf(location.hash);
  if (!said) return notFound(location.hash);
  const { selected, ...kept } = remembered();
  const selects = "layer" in said || "item" in said;
  const patch = { ...NOTHING, ...viewOf(said), ...kept, ...(selects ? {} : selected), ...said };
  if (patch.item !== null && !selects && selected.drawing !== patch.drawing) patch.item = null;
  change(patch);
  showWhatFits();
}

// What the history knows besides the address, as far as it is still there: the view and the drawing in which something
// was selected, and what stayed selected in another view.
function remembered() {
  let kept = null;
  try {
    kept = history.state;
  } catch {
    // no history in a frame without an origin
  }
  if (!VIEWS.includes(kept?.view)) return {};
  const known = (hash) => (typeof hash === "string" && stateOf(hash)) || {};
  const [drawing, level, from] = [kept.drawing, kept.level, kept.from].map((hash) => known(hash).drawing);
  if (levelOf(level)) way.level = levelOf(level);
  if (canOpen(from, drawing)) {
    way.from.set(drawing, from);
    way.drawing = drawing;
  }
  return {
    view: kept.view,
    ...(data.drawings[drawing] ? { drawing } : {}),
    selected: known(kept.selected),
  };
}

// Where there is no room for graph and table the graph is shown, and the address says so.
function showWhatFits() {
  if (state.view !== "both" || WIDE.matches || matchMedia("print").matches) return;
  change({ view: "graph" });
  remember(location.hash === "#both" ? viewHref("graph") : location.hash, "replaceState");
}

function startRouting() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const hash = link.getAttribute("href");
    const view = link.closest("#views") && hash.slice(1);
    if (!view && !stateOf(hash) && !NAMED.includes(hash.slice(1).split("/")[0])) return; // a place in this document
    event.preventDefault();
    const before = state.layer;
    if (view) goToView(view);
    else go(hash);
    // What is selected already is gone into.
    if (!view && before !== null && before === state.layer) byId("panel").focus();
  });
  addEventListener("popstate", followAddress);
  WIDE.addEventListener("change", showWhatFits);
  onChange(["view"], showView);
  onChange(["layer"], showTitle);
  showView();
  followAddress();
  // A section that scrolls takes the focus when the page is opened at its name.
  addEventListener("load", () => document.activeElement?.matches("main > section") && document.activeElement.blur());
}

function showView() {
  document.documentElement.dataset.view = state.view;
  for (const link of document.querySelectorAll("#views a")) {
    if (link.getAttribute("href") === `#${state.view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

const TITLE = document.title;

// The title of the document names what is selected, so that bookmarks and the history do.
function showTitle() {
  document.title = state.layer === null ? TITLE : `${data.layers[state.layer].name} · ${TITLE}`;
}
