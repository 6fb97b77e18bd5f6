// Starts the page: the last of the files. Uses all others.

// Says what can be done with the graph, until it has been done.
function startHint() {
  if (!data.drawings.length) return;
  const opens = data.drawings.some(({ items }) => items.some((item) => item.opens !== null));
  const hint = byId("hint");
  // In the bar, where there is room for it between what stands there.
  byId("graph-bar").querySelector(".zooming")?.before(el("div", { className: "room" }, hint));
  hint.textContent = `Click a box to see all about it${opens ? ", double-click a group to open it" : ""}`;
  hint.hidden = false;
  onChange(["layer", "item", "drawing"], () => {
    hint.hidden = true;
  });
}

// What is missing in the drawing that is shown, and why.
function startRemark() {
  const show = () => {
    const remark = data.drawings[state.drawing]?.remark ?? "";
    byId("remark").textContent = remark;
    byId("remark").hidden = !remark;
  };
  onChange(["drawing"], show);
  show();
}

// Where anything fails here, the page stays the document that it is without a script: see early.js.
startFilters();
startSearch();
startTable();
startPanel();
startRemark();
startGraph();
startPrinting();
startHint();
startRouting();
document.documentElement.classList.add("ready");
performance.mark("ready");
