// The dead letters of a service: found, chosen, replayed, deleted.
import { act, ask } from "./api.js";
import { confirmed, toast } from "./dialogs.js";
import { element } from "./dom.js";
import { ago, bytes, count, moment, plural } from "./format.js";
import { addressOfLetters, BrokerBanner, empty, loading, troubleOf } from "./parts.js";

const pageSize = 50;
const columns = [["method", "Operation"], ["reason", "Why"], ["attempts", "Attempts"], ["failed", "Failed"], ["size", "Size"]];

export function viewLetters(service, parameters) {
  const banner = new BrokerBanner();
  const selected = new Set();
  const state = { search: parameters.get("search") ?? "", sort: parameters.get("sort") ?? "failed", order: parameters.get("order") ?? "descending", offset: 0 };
  let list = null;
  let asking = null;
  let counted = null;
  let failed = false;

  const services = element("nav", { class: "chips", "aria-label": "Services" });
  const search = element("input", { type: "search", placeholder: "Search bodies, headers, errors", "aria-label": "Search dead letters", autocomplete: "off", spellcheck: "false", value: state.search, "aria-keyshortcuts": "/" });
  const place = element("div", null, loading("Looking at the dead letters…"));
  const summary = element("p", { class: "note summary", role: "status" });
  const news = element("button", { type: "button", class: "quiet", hidden: true, on: { click: () => load() } }, "");
  const replay = element("button", { type: "button", on: { click: () => replayAll() } }, "Replay");
  const remove = element("button", { type: "button", class: "quiet danger", on: { click: () => deleteAll() } }, "Delete");
  const all = element("button", { type: "button", class: "quiet", on: { click: selectAll } }, "");
  const chosen = element("b");
  const actions = element("div", { class: "actions", role: "group", "aria-label": "With those selected", hidden: true }, chosen, replay, remove, all);
  const sorting = element("label", { class: "sorting" }, "Sort by ", element("select", { on: { change: (event) => sortBy(event.target.value) } },
    columns.map(([name, label]) => element("option", { value: name, selected: state.sort === name }, label))));
  const panel = element("section", { class: "panel", "aria-label": "Dead letters" },
    element("header", { class: "toolbar" }, element("div", { class: "search" }, search, element("kbd", { "aria-hidden": "true" }, "/")), sorting, news,
      element("button", { type: "button", class: "quiet", on: { click: () => load() } }, "Refresh")),
    actions, place, summary);
  const view = element("div", { class: "stack" }, element("header", { class: "title" }, element("h1", { tabindex: "-1" }, "Dead letters"), element("p", { class: "lead" }, "Commands that failed for good. Nothing is lost: look why, repair, and replay.")), banner.element, services, panel);
  panel.hidden = service === undefined;

  let typing = 0;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      state.search = search.value.trim();
      state.offset = 0;
      load();
    }, 250);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      place.querySelector("tbody a")?.focus();
    }
  });

  async function load() {
    if (service === undefined) {
      return;
    }
    asking?.abort();
    const own = new AbortController();
    asking = own;
    place.setAttribute("aria-busy", "true");
    history.replaceState(null, "", `${addressOfLetters(service)}${query()}`);
    try {
      list = await ask("letters", { service, ...state, limit: pageSize }, own.signal);
      counted = null;
      failed = false;
      news.hidden = true;
      for (const key of selected) {
        if (!list.keys.includes(key)) {
          selected.delete(key);
        }
      }
      show();
    } catch (error) {
      if (!own.signal.aborted) {
        list = null;
        failed = true;
        place.replaceChildren(troubleOf(error, load));
        summary.textContent = "";
      }
    }
    if (asking === own) {
      place.removeAttribute("aria-busy");
    }
  }

  function query() {
    const made = new URLSearchParams();
    if (state.search !== "") {
      made.set("search", state.search);
    }
    if (state.sort !== "failed" || state.order !== "descending") {
      made.set("sort", state.sort);
      made.set("order", state.order);
    }
    return made.size > 0 ? `?${made}` : "";
  }

  function show() {
    const focused = document.activeElement?.closest?.("tr")?.dataset.key;
    if (list.rows.length === 0) {
      place.replaceChildren(state.search !== ""
        ? empty("Nothing matches", element("p", null, `Of the ${plural(list.scanned, "dead letter")} that ${list.scanned === 1 ? "was" : "were"} looked through, none has all of these words in its body, headers or error.`))
        : empty("No dead letters", element("p", null, `Every command of ${service} has been run, or waits for it.`)));
    } else {
      place.replaceChildren(viewTable(), viewPaging());
      if (focused) {
        place.querySelector(`tr[data-key="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
      }
    }
    summary.textContent = `${state.search === "" ? plural(list.total, "dead letter") : `${count(list.keys.length)} of ${plural(list.scanned, "dead letter")}`}${list.scanned < list.total ? `. The oldest ${count(list.scanned)} of ${count(list.total)} were looked through: replay or delete some to see more` : ""}`;
    showActions();
  }

  function viewTable() {
    const box = element("input", { type: "checkbox", "aria-label": "Select those on this page", on: { change: (event) => selectRows(list.rows, event.target.checked) } });
    return element("div", { class: "scroll" }, element("table", { class: "letters", "aria-label": `Dead letters of ${service}` },
      element("thead", null, element("tr", null,
        !list.readOnly && element("th", { class: "box" }, box),
        columns.map(([name, label]) => element("th", { scope: "col", class: ["attempts", "failed", "size"].includes(name) && "number", "aria-sort": state.sort === name ? state.order : undefined },
          element("button", { type: "button", class: "sort", on: { click: () => sortBy(name) } }, label, state.sort === name && element("span", { "aria-hidden": "true" }, state.order === "descending" ? "\u00a0↓" : "\u00a0↑")))))),
      element("tbody", null, list.rows.map(viewRow))));
  }

  function viewRow(row) {
    const label = `${row.method ?? "no operation"}, ${row.exceptionMessage ?? row.reason}`;
    return element("tr", { "data-key": row.key },
      !list.readOnly && element("td", { class: "box" }, element("input", { type: "checkbox", "aria-label": `Select ${label}`, checked: selected.has(row.key), on: { change: (event) => selectRows([row], event.target.checked) } })),
      element("th", { scope: "row" }, element("a", { href: `${addressOfLetters(service)}/${row.key}` }, element("b", null, row.method ?? "(none)")),
        element("span", { class: "note id" }, row.messageId ?? "no message id")),
      element("td", { class: "why" }, element("span", { class: "type" }, shortType(row.exceptionType) ?? row.reason), element("span", { class: "message" }, row.exceptionMessage ?? (row.exceptionType ? "" : "no exception")),
        row.replays > 0 && element("span", { class: "kind" }, `replayed ${row.replays === 1 ? "once" : `${row.replays} times`}`)),
      element("td", { class: "number", "data-label": "Attempts" }, count(row.attempts)),
      element("td", { class: "number", "data-label": "Failed", title: moment(row.lastFailure) }, ago(row.lastFailure)),
      element("td", { class: "number", "data-label": "Size" }, bytes(row.bytes)));
  }

  function viewPaging() {
    if (list.keys.length <= pageSize) {
      return "";
    }
    const turn = (by) => () => {
      state.offset += by;
      load();
    };
    return element("div", { class: "paging" },
      element("button", { type: "button", class: "quiet", disabled: state.offset === 0, on: { click: turn(-pageSize) } }, "Newer page"),
      element("span", { class: "note" }, `${count(state.offset + 1)} to ${count(Math.min(state.offset + pageSize, list.keys.length))} of ${count(list.keys.length)}`),
      element("button", { type: "button", class: "quiet", disabled: state.offset + pageSize >= list.keys.length, on: { click: turn(pageSize) } }, "Next page"));
  }

  function showActions() {
    actions.hidden = list === null || list.readOnly || list.rows.length === 0;
    chosen.textContent = selected.size === 0 ? "None selected" : `${count(selected.size)} selected`;
    replay.disabled = remove.disabled = selected.size === 0;
    const isAll = selected.size === list?.keys.length;
    all.textContent = isAll ? "Select none" : state.search === "" ? `Select all ${count(list?.keys.length)}` : `Select all ${count(list?.keys.length)} that match`;
    for (const row of place.querySelectorAll("tbody tr")) {
      const box = row.querySelector("input");
      if (box) {
        box.checked = selected.has(row.dataset.key);
      }
    }
    const head = place.querySelector("thead input");
    if (head) {
      const here = list.rows.filter((row) => selected.has(row.key)).length;
      head.checked = here === list.rows.length;
      head.indeterminate = here > 0 && here < list.rows.length;
    }
  }

  function selectRows(rows, isOn) {
    rows.forEach((row) => (isOn ? selected.add(row.key) : selected.delete(row.key)));
    showActions();
  }

  function selectAll() {
    const isAll = selected.size === list.keys.length;
    list.keys.forEach((key) => (isAll ? selected.delete(key) : selected.add(key)));
    showActions();
  }

  function sortBy(name) {
    state.order = state.sort === name && state.order === "descending" ? "ascending" : "descending";
    state.sort = name;
    state.offset = 0;
    load();
  }

  async function replayAll() {
    const number = selected.size;
    if (number > 0 && await confirmed({ title: `Replay ${plural(number, "command")}?`, text: "They go back to their queues and are run as if they were new, with their message ids. What fails again comes back here.", action: "Replay" })) {
      await run("letters/replay", [...selected], "replayed");
    }
  }

  async function deleteAll() {
    const number = selected.size;
    if (number > 0 && await confirmed({ title: `Delete ${plural(number, "dead letter")} for good?`, text: `Nobody can bring ${number === 1 ? "it" : "them"} back, and what ${number === 1 ? "it says" : "they say"} will never be run.`, action: `Delete ${count(number)}`, isGrave: true })) {
      await run("letters/delete", [...selected], "deleted");
    }
  }

  async function run(path, keys, verb) {
    replay.disabled = remove.disabled = true;
    try {
      const { done, missing } = await (await act(path, { service, keys })).json();
      toast(`${plural(done, "command")} ${verb}.${missing > 0 ? ` ${count(missing)} ${missing === 1 ? "was" : "were"} not there any more.` : ""}`, done > 0 ? "good" : "bad");
      selected.clear();
    } catch (error) {
      toast(`${error.title ?? "It failed"}: ${error.message}`, "bad");
    }
    await load();
  }

  function showServices(rows) {
    const own = rows.filter((row) => row.dead > 0 || row.name === service);
    const focused = services.contains(document.activeElement) ? document.activeElement.dataset.name : undefined;
    services.replaceChildren(...own.map((row) => element("a", { href: addressOfLetters(row.name), "data-name": row.name, "aria-current": row.name === service ? "page" : undefined }, row.name, element("b", null, count(row.dead)))));
    if (focused) {
      services.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
    }
    if (own.length === 0) {
      services.replaceChildren(empty("No dead letters", element("p", null, rows.length === 0 ? "No service is known yet." : "No command of any service has failed for good.")));
    }
  }

  const current = () => place.querySelector("tr:focus-within");
  load();
  return {
    title: service === undefined ? "Dead letters" : `Dead letters of ${service}`,
    page: "letters",
    element: view,
    keys: {
      x: () => current()?.querySelector("input")?.click(),
      r: () => (selected.size > 0 ? replayAll() : load()),
    },
    snapshot: (fleet) => {
      banner.show(fleet.trouble);
      showServices(fleet.services);
      if (failed && !fleet.trouble && fleet.services.some((row) => row.name === service && !row.trouble)) {
        // It was asked for before the service was known, or while the broker was away.
        failed = false;
        load();
      }
      const first = fleet.services.find((row) => row.dead > 0);
      if (service === undefined && first) {
        location.replace(addressOfLetters(first.name));
        return;
      }
      // Seen twice in a row, as somebody else's look hides letters for a moment.
      const dead = fleet.services.find((row) => row.name === service)?.dead ?? null;
      news.hidden = !(list !== null && dead !== null && dead !== list.total && dead === counted);
      news.textContent = dead === null ? "" : `${count(dead)} now: load them`;
      counted = dead;
    },
    leave: () => asking?.abort(),
  };
}

/** A type's name without its namespace. */
export const shortType = (type) => type?.split(/[.+]/).at(-1);
