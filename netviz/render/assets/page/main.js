// Starts the page: the last of the files. Uses all others.

// Says what can be done with the graph, until it has been done.
function startHint() {
  if (!data.drawings.length) return;
  const opens = data.drawings.some(({ items }) => items.some((item) => item.opens !== null));
  const hint = byId("hint");
  hint.textContent = `Click a box to see all about it${opens ? ", double-click a group to open it" : ""}`;
  hint.hidden = false;
  onChange(["layer", "item", "drawing"], () => {
    hint.hidden = true;
  });
}

try {
  document.documentElement.classList.add("js");
  startFilters();
  startSearch();
  startTable();
  startPanel();
  startGraph();
  startHint();
  startRouting();
  document.documentElement.classList.add("ready");
  performance.mark("ready");
} catch (error) {
  document.documentElement.classList.remove("js"); // the document is readable as it is
  throw error;
}
