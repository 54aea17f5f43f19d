// The page: which view the address names, the stream behind it, and what is around it.
import { ask } from "./api.js";
import { repaintPlots } from "./charts.js";
import { empty } from "./parts.js";
import { count, span } from "./format.js";
import { viewLetter } from "./letter.js";
import { viewLetters } from "./letters.js";
import { Live } from "./live.js";
import { viewOverview } from "./overview.js";
import { viewService } from "./service.js";
import { listen, showHelp } from "./shortcuts.js";
import { viewTrying } from "./trying.js";

const main = document.getElementById("main");
const connection = document.getElementById("connection");
const badge = document.getElementById("dead");
const theme = document.getElementById("theme");

let view = null;
let newest = null;
let lostSince = 0;

function route() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").map(decode);
  const parameters = new URLSearchParams(query);
  switch (parts[0]) {
    case "":
      return viewOverview();
    case "services":
      return viewService(parts[1] ?? "");
    case "letters":
      return parts.length > 2 ? viewLetter(parts[1], parts[2]) : viewLetters(parts[1], parameters);
    case "try":
      return viewTrying(parts[1], parts[2]);
    default:
      return { title: "Nothing here", page: "", element: empty("There is nothing here", "Choose a page above.") };
  }
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function show({ focus }) {
  view?.leave?.();
  view = route();
  main.replaceChildren(view.element);
  document.title = `${view.title} · Dashboard`;
  for (const link of document.querySelectorAll(".tabs a")) {
    link.dataset.page === view.page ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  if (focus) {
    scrollTo(0, 0);
    (main.querySelector("[data-focus]") ?? main.querySelector("h1") ?? main).focus({ preventScroll: true });
  }
  const service = view.service ?? null;
  live.watch(service);
  if (newest !== null && newest.service === service) {
    view.snapshot?.(newest.snapshot);
    remember(view, service);
  }
}

// Fetches what was before this page was opened.
async function remember(asking, service) {
  if (asking.history) {
    try {
      const answer = await ask("history", { service });
      if (asking === view) {
        asking.history(answer);
      }
    } catch {
      // The stream says what is wrong, and when it is open again this is asked again.
    }
  }
}

function showDead(number) {
  badge.hidden = !number;
  badge.textContent = number > 9999 ? "9999+" : count(number);
  badge.setAttribute("aria-label", `${number} dead letters`);
}

function showConnection() {
  connection.textContent = { "": "", connecting: "Connecting…", live: "Live", lost: `Connection lost ${span((Date.now() - lostSince) / 1000)} ago. Trying again…` }[connection.dataset.state ?? ""];
}

const live = new Live({
  onOpen: () => remember(view, view.service ?? null),
  onSnapshot: (snapshot) => {
    newest = { service: view.service ?? null, snapshot };
    showDead(snapshot.total?.dead ?? snapshot.totalDead ?? 0);
    view.snapshot?.(snapshot);
  },
  onState: (state, since) => {
    lostSince = since;
    connection.dataset.state = state;
    document.body.classList.toggle("stale", state === "lost");
    showConnection();
  },
});
setInterval(() => connection.dataset.state === "lost" && showConnection(), 1000);

const themes = { auto: ["◐", "Colours as the system"], light: ["☀", "Light colours"], dark: ["☾", "Dark colours"] };
const chosen = () => document.documentElement.dataset.theme ?? "auto";
function showTheme() {
  const [sign, name] = themes[chosen()];
  theme.textContent = sign;
  theme.setAttribute("aria-label", `${name}. Change`);
  theme.title = `${name} (t changes)`;
}
function changeTheme() {
  const names = Object.keys(themes);
  const next = names[(names.indexOf(chosen()) + 1) % names.length];
  if (next === "auto") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("messaging-theme");
  } else {
    document.documentElement.dataset.theme = next;
    localStorage.setItem("messaging-theme", next);
  }
  showTheme();
  repaintPlots();
}
theme.addEventListener("click", changeTheme);
document.getElementById("help").addEventListener("click", showHelp);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaintPlots);
listen({ changeTheme, view: () => view });
addEventListener("hashchange", () => show({ focus: true }));
showTheme();
show({ focus: false });
