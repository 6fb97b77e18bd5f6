// The address of what is shown: #layer/<path>, #group/<id of the group>, #graph, #layers, #both, #summary.
// In a frame without an origin (a notebook) there is no history: then the address is kept in memory alone.
// Uses state.js.

const VIEWS = ["graph", "layers", "both", "summary"];

function shown(hash) {
  const [kind, ...rest] = hash.replace(/^#/, "").split("/");
  const name = rest.map(decoded).join("/");
  if (kind === "layer") {
    const layer = data.layers.findIndex((one) => one.path === name);
    if (layer >= 0) return { layer, item: null };
  }
  if (kind === "group") {
    const drawing = data.drawings.findIndex((one) => one.id === name);
    if (drawing >= 0) return { drawing, layer: null, item: null, view: "graph" };
  }
  if (VIEWS.includes(kind)) return { view: kind };
  return null;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Shows what the address says, and writes it down.
function go(hash) {
  const patch = shown(hash);
  if (!patch) return;
  try {
    if (location.hash !== hash) history.pushState(null, "", hash);
  } catch {
    // no history in a frame without an origin
  }
  change(patch);
}

function startRouting() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
  });
  addEventListener("popstate", () => {
    const patch = shown(location.hash);
    if (patch) change(patch);
  });
  const patch = shown(location.hash);
  if (patch) change(patch);
}
