// What the keyboard does. Nothing of it while one writes.
import { isDialogOpen, shown } from "./dialogs.js";
import { element } from "./dom.js";

const lines = [
  ["Everywhere", [["?", "this help"], ["g o", "the overview"], ["g d", "dead letters"], ["g t", "try an operation"], ["t", "change the colours"], ["/", "search"], ["Esc", "leave a field, close a dialog, go back"]]],
  ["In lists", [["j k", "the next and the one before"], ["Enter", "open it"], ["x", "select a dead letter"], ["r", "replay those that are selected, or load the list again"]]],
  ["On a dead letter or a try", [["e", "edit the body"], ["Ctrl Enter", "replay it, or send"]]],
];

export function showHelp() {
  if (!isDialogOpen()) {
    shown("Keyboard shortcuts", lines.map(([title, keys]) => [
      element("h3", null, title),
      element("dl", { class: "keys" }, keys.map(([key, text]) => [element("dt", null, key.split(" ").map((part) => element("kbd", null, part))), element("dd", null, text)]).flat()),
    ]).flat());
  }
}

/** Listens for keys. A view may have `keys`, by key, of its own. */
export function listen({ changeTheme, view }) {
  let isGoing = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isDialogOpen()) {
      return;
    }
    const isWriting = event.target.closest("input:not([type=checkbox]), textarea, select") !== null;
    if (event.key === "Escape") {
      isWriting ? event.target.blur() : view().keys?.Escape?.();
      return;
    }
    if (isWriting) {
      return;
    }
    const wasGoing = Date.now() - isGoing < 1500;
    isGoing = event.key === "g" ? Date.now() : 0;
    const general = wasGoing ? { o: () => go("#/"), d: () => go("#/letters"), t: () => go("#/try") } : { "?": showHelp, t: changeTheme, j: () => step(1), k: () => step(-1) };
    const action = general[event.key] ?? view().keys?.[event.key] ?? (event.key === "/" ? search : undefined);
    if (action) {
      event.preventDefault();
      action();
    }
  });
}

const go = (hash) => {
  location.hash = hash;
};

function search() {
  document.querySelector("main input[type=search]")?.focus();
}

function step(by) {
  const stops = [...document.querySelectorAll("main tbody tr a")].filter((link) => link === link.closest("tr").querySelector("a"));
  const at = stops.findIndex((link) => link.closest("tr").contains(document.activeElement));
  stops[at < 0 ? (by > 0 ? 0 : stops.length - 1) : Math.min(stops.length - 1, Math.max(0, at + by))]?.focus();
}
