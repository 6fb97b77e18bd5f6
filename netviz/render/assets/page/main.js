// Starts the page: the last of the files. Uses all others.

try {
  document.documentElement.classList.add("js");
  startFilters();
  startSearch();
  startTable();
  startPanel();
  startGraph();
  startRouting();
  document.documentElement.classList.add("ready");
  performance.mark("ready");
} catch (error) {
  document.documentElement.classList.remove("js"); // the document is readable as it is
  throw error;
}
