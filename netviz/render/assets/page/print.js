// On paper nothing can be opened and nothing grows: lists that are folded are unfolded, and where the drawing that is
// shown would be too small to read, the first one takes its place. Uses data.js, state.js, text.js, graph.js.

// The room that print.css gives a drawing and the least size of letters, in millimetres; their size in a drawing.
const PAPER = { width: 182, height: 205, legible: 1.4, letters: 11 };

function startPrinting() {
  let unfolded = [];
  const paper = el("div", { id: "paper" });
  byId("canvas").before(paper);
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("#summary details:not([open])")];
    for (const one of unfolded) one.open = true;
    paper.replaceChildren(...onPaper());
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
    paper.replaceChildren();
  });
}

// What stands above the drawing on paper, or in its place.
function onPaper() {
  const drawn = byId("canvas").querySelector(".sheet > svg");
  if (!drawn || letterSize(drawn) >= PAPER.legible) return [];
  const [first] = data.levels;
  const coarse = state.drawing === first.drawing ? null : pictureNumber(data.drawings[first.drawing].picture);
  if (!coarse || letterSize(coarse) <= letterSize(drawn)) {
    return [el("p", {}, "On paper this drawing is too small to read: in the page itself it can be enlarged.")];
  }
  return [el("p", {}, "In less detail than in the page: all that was shown there would be too small to read on paper."), coarse];
}

// How large the letters of a drawing are on a page that it fits, in millimetres.
function letterSize(drawn) {
  const { width, height } = drawn.viewBox.baseVal;
  return PAPER.letters * Math.min(PAPER.width / width, PAPER.height / height);
}
