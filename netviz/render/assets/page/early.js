// Before anything is shown: with a script the page is an app. Where the script fails before it is ready (data that are
// damaged, a browser that cannot read it) the page is the plain document that it is without one.
{
  const root = document.documentElement;
  const orPlain = () => root.classList.toggle("js", root.classList.contains("ready"));
  root.classList.add("js");
  addEventListener("error", orPlain);
  addEventListener("DOMContentLoaded", orPlain);
}
