// The sign with which a group is opened, at the upper right of the one that is pointed at, focused or selected. It is no
// part of the picture, so that it has its size at every zoom. Uses state.js, graph.js, move.js (`look`).

function makeOpener() {
  const sign = svg(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    svg("path", { d: "M9.5 2.5h4v4M13.5 2.5l-5 5M6.5 13.5h-4v-4M2.5 13.5l5-5" }),
  );
  const open = () => openElement(Number(graph.opener.dataset.of));
  return el("button", { type: "button", className: "opener", title: "Open", tabIndex: -1, hidden: true, onclick: open }, sign);
}

let pointed = null;

// Puts the sign where it belongs; with an element (or null) that is what is pointed at from now on.
function placeOpener(n) {
  const { picture, opener } = graph;
  if (!opener) return;
  if (n !== undefined) pointed = n;
  const opens = (one) => one !== null && (picture?.items[one]?.opens ?? null) !== null;
  const focused = document.activeElement?.matches?.("#canvas [data-n]:focus-visible")
    ? Number(document.activeElement.dataset.n)
    : null;
  const shownOn = [pointed, focused, graph.marked[0]].find(opens);
  opener.hidden = shownOn === undefined;
  if (opener.hidden) return;
  opener.dataset.of = shownOn;
  opener.setAttribute("aria-label", `Open ${picture.items[shownOn].names.join(" · ")}`);
  // At the corner, or where of what is larger than the view a corner would be.
  const place = picture.places[shownOn];
  const { scrollLeft, scrollTop } = graph.canvas;
  const right = look.left + (place.x + place.width) * look.zoom;
  const top = look.top + place.y * look.zoom;
  const bottom = top + place.height * look.zoom;
  opener.style.left = `${Math.min(right, Math.max(scrollLeft + look.width - 24, look.left + place.x * look.zoom))}px`;
  opener.style.top = `${Math.max(top, Math.min(scrollTop + 26, bottom))}px`;
}
