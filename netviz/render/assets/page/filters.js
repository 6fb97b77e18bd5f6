// The chips of the families, and how many layers they and the search let through. Uses state.js,
// text.js, table.js (`shownOf`).

function startFilters() {
  const counts = new Map();
  for (const { family } of data.layers) counts.set(family, (counts.get(family) ?? 0) + 1);
  const families = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
  const chips = families.map((family) => familyChip(family, counts.get(family)));
  const clear = el("button", { type: "button", id: "clear", onclick: clearFilters }, "Show all");
  const count = el("span", { id: "count", role: "status" });
  byId("filters").append(
    el("div", { className: "chips" }, families.length > 1 ? chips : []),
    el("div", { className: "left" }, count, clear),
  );
  const show = () => {
    const { families: chosen } = state;
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chosen.has(chip.dataset.family)));
    byId("filters").classList.toggle("chosen", chosen.size > 0);
    count.textContent = isFiltered() ? shownOf() : "";
    clear.hidden = !isFiltered();
    byId("filters").hidden = families.length < 2 && !isFiltered();
  };
  onChange(["families", "query"], show);
  show();
}

function familyChip(family, count) {
  return el(
    "button",
    {
      type: "button",
      className: "chip",
      "data-family": family,
      "aria-pressed": "false",
      title: `Show only ${familyText(family)} layers`,
      onclick: () => toggleFamily(family),
    },
    el("span", { className: "swatch", "aria-hidden": "true" }),
    familyText(family),
    " ",
    el("span", { className: "number" }, countText(count)),
  );
}

function toggleFamily(family) {
  const families = new Set(state.families);
  if (!families.delete(family)) families.add(family);
  change({ families });
}

function clearFilters() {
  byId("search").value = "";
  change({ families: new Set(), query: "" });
  byId("search").focus();
}
