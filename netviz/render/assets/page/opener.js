// The sign with which a group is opened, at the upper right of the one that is pointed at, focused or selected. It is no
// part of the picture, so that it has its size at every zoom. Uses state.js, graph.js, move.js (`look`).

function makeOpenButton() {
  const sign = svg(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    svg("path", { d: "M9.5 2.5h4v4M13.5 2.5l-5 5M6.5 13.5h-4v-4M2.5 13.5l5-5" }),
  );
  const open = () => openElement(Number(graph.openButton.dataset.of));
  return el("button", { type: "button", className: "opener", title: "Open", tabIndex: -1, hidden: true, onclick: open }, sign);
}

let pointed = null;

// Puts the sign where it belongs; with an element (or null) that is what is pointed at from now on.
function placeOpenButton(n) {
  const { picture, openButton } = graph;
  if (!openButton) return;
  if (n !== undefined) pointed = n;
  const opens = (one) => one !== null && (picture?.items[one]?.opens ?? null) !== null;
  const owner = [pointed, focusedElement(), graph.marked[0]].find(opens);
  openButton.hidden = owner === undefined;
  if (openButton.hidden) return;
  openButton.dataset.of = owner;
  openButton.setAttribute("aria-label", `Open ${picture.items[owner].names.join(" · ")}`);
  // At the corner, or where of what is larger than the view a corner would be.
  const place = picture.places[owner];
  const { scrollLeft, scrollTop } = graph.canvas;
  const right = look.left + (place.x + place.width) * look.zoom;
  const top = look.top + place.y * look.zoom;
  const bottom = top + place.height * look.zoom;
  openButton.style.left = `${Math.min(right, Math.max(scrollLeft + look.width - 24, look.left + place.x * look.zoom))}px`;
  openButton.style.top = `${Math.max(top, Math.min(scrollTop + 26, bottom))}px`;
}
