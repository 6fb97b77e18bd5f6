// The drawing that is shown. Uses state.js.

function startGraph() {}
