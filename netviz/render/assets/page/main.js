// Starts the page: the last of the files. Uses all others.

document.documentElement.classList.add("js");
startGraph();
startRouting();
