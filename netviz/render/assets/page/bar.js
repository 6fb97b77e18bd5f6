// What stands above the graph: levels of detail, colours, zoom, saving, and the trail of opened groups.
// Uses data.js, state.js, addresses.js, route.js, graph.js, move.js, color.js, save.js.

const KEYS_SAID = "Arrow keys lead from box to box, Enter opens a group, U goes up, plus and minus zoom, 0 shows all.";

const LEVEL_WORDS = { groups: ["Groups"], blocks: ["Blocks"], layers: ["All", wide(" layers")] };
const LEVEL_HINTS = {
  groups: "Every group closed, to be opened",
  blocks: "What repeats, drawn once",
  layers: "Every call of every layer",
};

// Words for which a phone has no room.
function wide(words) {
  return el("span", { className: "wide" }, words);
}

// Levels of detail, zoom and saving.
function fillGraphBar() {
  const button = (words, title, onclick) => el("button", { type: "button", title, "aria-label": title, onclick }, words);
  const order = Object.keys(LEVEL_WORDS);
  const sorted = [...data.levels].sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  const levels = sorted.map(({ name, drawing }) =>
    el(
      "button",
      { type: "button", title: LEVEL_HINTS[name], "data-level": name, onclick: () => goToDrawing(drawing) },
      LEVEL_WORDS[name],
    ),
  );
  byId("graph-bar").append(
    levels.length > 1 ? el("div", { className: "segments", role: "group", "aria-label": "Level of detail" }, levels) : "",
    el("label", { className: "coloring" }, wide("Colour by "), makeColorChoice()),
    el(
      "div",
      { className: "zooming", role: "group", "aria-label": "Zoom" },
      button("−", "Zoom out (−)", () => zoomTo(look.zoom / ZOOM.step)),
      graph.percent,
      button("+", "Zoom in (+)", () => zoomTo(look.zoom * ZOOM.step)),
      button("Fit", "Show all of the drawing (0)", fitView),
    ),
    el(
      "div",
      { className: "saving", role: "group", "aria-label": "Save the drawing" },
      button([wide("Save "), "SVG"], "Save the drawing as SVG", saveSvg),
      button("PNG", "Save the drawing as PNG", savePng),
    ),
    el("p", { id: "graph-keys", className: "unseen" }, KEYS_SAID),
  );
}

// The level that is shown, or from which the group was opened that is.
function markLevel() {
  for (const button of document.querySelectorAll("#graph-bar [data-level]")) {
    button.setAttribute("aria-pressed", String(button.dataset.level === way.level.name));
  }
}

// Where the drawing is, from the whole model down, each a link.
function fillTrail() {
  const trail = trailOf(state.drawing);
  const nav = byId("trail");
  nav.hidden = !trail.length;
  if (!trail.length) return nav.replaceChildren();
  const crumbs = trail.map((drawing, place) =>
    el("li", {}, el("a", { href: drawingHref(drawing) }, place ? crumbText(drawing) : data.model.title)),
  );
  nav.replaceChildren(el("ol", {}, crumbs, el("li", { "aria-current": "page" }, crumbText(state.drawing))));
}

// The title of an opened group, with how often it stands in what is around it.
function crumbText(drawing) {
  const items = data.drawings.flatMap((one) => one.items.filter((item) => item.opens === drawing));
  const times = items.map(timesText).find(Boolean);
  return data.drawings[drawing].title + (times ? ` ×${times}` : "");
}
