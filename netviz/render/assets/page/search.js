// The search: what is typed filters table and graph at once, and the hits below the field lead to layers. A combobox
// with a listbox, as the ARIA Authoring Practices have it. Uses state.js, text.js, route.js.

const MOST_HITS = 12;

let hits = []; // numbers of the layers that are listed
let active = -1; // the place of the one that Enter goes to, -1 for the first

function startSearch() {
  const input = byId("search");
  const list = el("ul", { id: "hits", role: "listbox", "aria-label": "Layers found", hidden: true });
  const more = el("p", { id: "more-hits", hidden: true });
  byId("finder").append(el("div", { className: "hits", hidden: true }, list, more));
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "hits",
    "aria-autocomplete": "list",
    "aria-keyshortcuts": "/ Control+K",
  })) {
    input.setAttribute(name, value);
  }
  input.addEventListener("input", () => {
    change({ query: input.value });
    listHits();
  });
  input.addEventListener("keydown", searchKey);
  input.addEventListener("focus", () => input.value.trim() && listHits());
  input.addEventListener("blur", closeHits);
  // A press on a hit must not take the focus away before it is a click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const hit = event.target.closest("[role=option]");
    if (hit) choose(Number(hit.dataset.place));
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!slash && !(event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  onChange(["query"], () => {
    if (input.value !== state.query) input.value = state.query;
  });
}

function searchKey(event) {
  const open = !byId("hits").hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (open) activate(nextPlace(event.key === "ArrowDown"));
    else listHits();
  } else if (event.key === "Enter" && hits.length && open) {
    event.preventDefault();
    choose(Math.max(active, 0));
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    if (open) closeHits();
    else if (state.query) {
      byId("search").value = "";
      change({ query: "" });
    } else byId("search").blur();
  }
}

function nextPlace(down) {
  if (active < 0) return down ? 0 : hits.length - 1;
  return (active + (down ? 1 : hits.length - 1)) % hits.length;
}

function activate(place) {
  active = place;
  const input = byId("search");
  [...byId("hits").children].forEach((hit, number) => {
    hit.setAttribute("aria-selected", String(number === place));
    if (number === place) hit.scrollIntoView({ block: "nearest" });
  });
  if (place >= 0) input.setAttribute("aria-activedescendant", `hit-${place}`);
  else input.removeAttribute("aria-activedescendant");
}

function choose(place) {
  const layer = hits[place];
  closeHits();
  go(layerHref(layer));
}

function closeHits() {
  byId("hits").hidden = true;
  byId("hits").parentElement.hidden = true;
  byId("search").setAttribute("aria-expanded", "false");
  activate(-1);
}

function listHits() {
  const list = byId("hits");
  const query = state.query.trim();
  const found = query ? bestFirst(matches(), query) : [];
  hits = found.slice(0, MOST_HITS);
  list.replaceChildren(...hits.map((layer, place) => hitOf(layer, place, query)));
  list.hidden = !hits.length;
  const left = found.length - hits.length;
  const more = byId("more-hits");
  more.textContent = !query ? "" : !found.length ? "No layer has all of these words." : left ? `and ${countText(left)} more` : "";
  more.hidden = !more.textContent;
  list.parentElement.hidden = !query;
  byId("search").setAttribute("aria-expanded", String(hits.length > 0));
  activate(-1);
}

// The layers with those first whose name is what was typed, begins so, or has it in it.
function bestFirst(layers, query) {
  const wanted = query.toLowerCase();
  const rank = (index) => {
    const name = data.layers[index].name.toLowerCase();
    return name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : 3;
  };
  const ranked = [...layers].map((index) => [rank(index), index]);
  ranked.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return ranked.map(([, index]) => index);
}

function hitOf(index, place, query) {
  const layer = data.layers[index];
  return el(
    "li",
    { role: "option", id: `hit-${place}`, "aria-selected": "false", "data-place": String(place), "data-family": layer.family },
    el("span", { className: "swatch", "aria-hidden": "true" }),
    el("span", { className: "name" }, nameText(layer.path)),
    el("span", { className: "class" }, layer.class_name ?? UNKNOWN),
    el("span", { className: "why" }, why(index, query)),
  );
}

// What was found besides the name and the class: "kernel_size [3, 3]"; else the output's shape.
function why(index, query) {
  const parts = searchedParts(index).map(([title, text]) => [title, text, normalised(text)]);
  const [, , ...others] = parts;
  const told = new Set();
  for (const isIn of queryWords(query)) {
    if (isIn(parts[0][2]) || isIn(parts[1][2])) continue;
    const part = others.find(([, , text]) => isIn(text));
    if (part) told.add(part[1].startsWith(`${part[0]} `) ? part[1] : `${part[0]} ${part[1]}`);
  }
  if (told.size) return [...told].join(" · ");
  const output = cellOf(index, "output");
  return output ? cellText("shapes", output) : "";
}
