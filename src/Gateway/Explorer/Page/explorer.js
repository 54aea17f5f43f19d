// The page: the list of operations, the search, and the operation that the address names.
import { loadDocument } from "./document.js";
import { element, kindBadge } from "./dom.js";
import { viewOperation } from "./operation.js";

const list = document.getElementById("list");
const search = document.getElementById("search");
const main = document.getElementById("main");
const summary = document.getElementById("summary");
const reload = document.getElementById("reload");

let shown = { services: [], away: [] };
let leave = () => {};

const addressOf = (operation) => `#/${encodeURIComponent(operation.service)}/${encodeURIComponent(operation.name)}`;
const plural = (count, name) => (count === 1 ? `1 ${name}` : `${count} ${name}s`);

function showList() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (operation) => words.every((word) => `${operation.service} ${operation.name} ${operation.kind}`.toLowerCase().includes(word));
  const groups = shown.services.map((service) => ({ service, operations: service.operations.filter(matches) })).filter(({ operations }) => operations.length > 0);
  const away = shown.away.filter(([name]) => words.every((word) => name.toLowerCase().includes(word)));
  list.replaceChildren(
    ...groups.map(({ service, operations }) => element("section", null,
      element("h2", { title: service.version }, service.name),
      element("ul", null, operations.map((operation) => element("li", null,
        element("a", { href: addressOf(operation), "aria-current": addressOf(operation) === location.hash ? "page" : undefined },
          element("span", null, operation.name), kindBadge(operation.kind))))))),
    ...away.map(([name, detail]) => element("section", { class: "away" }, element("h2", null, name), element("p", { class: "note" }, `Away. ${detail}`))));
  if (groups.length === 0 && away.length === 0 && words.length > 0) {
    list.append(element("p", { class: "empty" }, "No operation has that in its name."));
  }
}

function showAddress({ focus }) {
  leave();
  leave = () => {};
  const operation = shown.services.flatMap((service) => service.operations).find((one) => addressOf(one) === location.hash);
  document.body.classList.toggle("opened", operation !== undefined);
  document.title = operation ? `${operation.name} · ${operation.service} · Explorer` : "Explorer";
  if (operation) {
    const view = viewOperation(operation);
    leave = view.leave;
    main.replaceChildren(view.element);
    if (focus) {
      scrollTo(0, 0);
      view.element.querySelector("h2").focus({ preventScroll: true });
    }
  } else {
    main.replaceChildren(viewWelcome());
  }
  showList();
}

function viewWelcome() {
  const isUnknown = location.hash.length > 2;
  return element("article", { class: "welcome" },
    element("h2", null, isUnknown ? "There is no such operation" : shown.services.length > 0 ? "Choose an operation" : "No services yet"),
    element("p", { class: "lead" }, isUnknown
      ? "The address names one that no service has now."
      : shown.services.length > 0
        ? "Each one shows what it takes and gives, and can be tried here. What is sent goes to real workers."
        : "Services are shown when their workers answer. Where the gateway allows all (*), one shows after it was called once."),
    element("p", { class: "hint" }, element("kbd", null, "/"), " searches, ", element("kbd", null, "↓"), " goes through the operations, ", element("kbd", null, "Ctrl"), " ", element("kbd", null, "Enter"), " sends."));
}

async function load() {
  reload.disabled = true;
  try {
    shown = await loadDocument();
    const operations = shown.services.reduce((count, service) => count + service.operations.length, 0);
    summary.textContent = `${plural(shown.services.length, "service")}, ${plural(operations, "operation")}${shown.away.length > 0 ? `, ${shown.away.length} away` : ""}`;
    summary.classList.remove("bad");
  } catch (error) {
    summary.textContent = error.message;
    summary.classList.add("bad");
  }
  reload.disabled = false;
  showAddress({ focus: false });
}

function moveFocus(event, step) {
  const stops = [search, ...list.querySelectorAll("a")];
  const next = stops[stops.indexOf(document.activeElement) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

search.addEventListener("input", showList);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    list.querySelector("a")?.click();
  } else if (event.key === "Escape" && search.value !== "") {
    event.preventDefault();
    search.value = "";
    showList();
  }
});
document.querySelector("nav").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") {
    moveFocus(event, 1);
  } else if (event.key === "ArrowUp") {
    moveFocus(event, -1);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea")) {
    event.preventDefault();
    if (document.body.classList.contains("opened") && !search.checkVisibility()) {
      location.hash = "#/";
    }
    setTimeout(() => search.focus());
  }
});
addEventListener("hashchange", () => showAddress({ focus: true }));
reload.addEventListener("click", load);
await load();
