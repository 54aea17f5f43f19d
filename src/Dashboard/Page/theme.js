// Runs before the page is drawn, so that it doesn't flash in the other colours.
{
  const saved = localStorage.getItem("messaging-theme");
  if (saved === "light" || saved === "dark") {
    document.documentElement.dataset.theme = saved;
  }
}
