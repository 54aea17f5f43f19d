// One service: its operations, queues and instances.
import { makePlots, percentilesNote } from "./charts.js";
import { element, kindBadge } from "./dom.js";
import { camel, count, latency, plural, rate, span } from "./format.js";
import { addressOfLetters, addressOfTry, BrokerBanner, empty, LiveTable, loading, Tile } from "./parts.js";
import { Series } from "./series.js";

const purposes = { calls: "calls", commands: "commands", urgentCommands: "urgent commands", orderedCommands: "ordered commands", deadLetters: "dead letters" };

export function viewService(name) {
  const banner = new BrokerBanner();
  const series = new Series();
  const plots = makePlots({ rate, latency, count });
  const tiles = {
    instances: new Tile("Instances"),
    rate: new Tile("Handled per second"),
    failures: new Tile("Failed per second"),
    running: new Tile("In flight"),
    waiting: new Tile("Waiting"),
    dead: new Tile("Dead letters", { href: addressOfLetters(name) }),
  };
  const operations = new LiveTable("Operations", [
    { label: "Operation", make: makeOperation },
    { label: "Per second", number: true, show: (row) => rate(row.rate) },
    { label: "Failed/s", number: true, show: (row) => rate(row.failures), tone: (row) => (row.failures > 0 ? "bad" : "soft") },
    { label: "p50", number: true, show: (row) => latency(row.median) },
    { label: "p99", number: true, show: (row) => latency(row.percentile99) },
    { label: "Handled", number: true, title: "By the workers that are alive, since they started", show: (row) => count(row.handled) },
    { label: "Failed", number: true, show: (row) => count(row.failed), tone: (row) => (row.failed > 0 ? "" : "soft") },
  ], (row) => row.name);
  const instances = new LiveTable("Instances", [
    { label: "Instance", make: makeInstance },
    { label: "Version", show: (row) => row.version ?? "–", tone: () => "soft" },
    { label: "Uptime", number: true, show: (row) => span(row.uptimeSeconds) },
    { label: "In flight", number: true, show: (row) => `${count(row.running)} / ${count(row.concurrency)}` },
    { label: "Per second", number: true, show: (row) => rate(row.rate) },
    { label: "Failed/s", number: true, show: (row) => rate(row.failures), tone: (row) => (row.failures > 0 ? "bad" : "soft") },
    { label: "Refused/s", number: true, title: "Calls that workers refused in time, as they could not be answered: they did not fail", show: (row) => rate(row.refused), tone: (row) => (row.refused > 0 ? "bad" : "soft") },
    { label: "p50", number: true, show: (row) => latency(row.median) },
    { label: "p99", number: true, show: (row) => latency(row.percentile99) },
    { label: "Heard of", number: true, show: (row) => (row.silentSeconds < 6 ? "just now" : `${span(row.silentSeconds)} ago`), tone: (row) => (row.silentSeconds < 6 ? "soft" : "bad") },
  ], (row) => row.instance);
  const queues = new LiveTable("Queues", [
    { label: "Queue", make: (row) => ({ node: element("code", null, row.name), update: () => {} }) },
    { label: "Holds", show: (row) => purposes[camel(row.purpose)] ?? row.purpose, tone: () => "soft" },
    { label: "Messages", number: true, show: (row) => count(row.messages), tone: (row) => (row.messages > 0 ? "" : "soft") },
    { label: "Consumers", number: true, show: (row) => count(row.consumers), tone: (row) => (row.consumers === 0 && row.purpose !== "DeadLetters" ? "bad" : "soft") },
  ], (row) => row.name);

  function makeOperation(row) {
    return { node: element("a", { class: "name", href: addressOfTry(name, row.name), title: "Try it" }, element("b", null, row.name), kindBadge(camel(row.kind))), update: () => {} };
  }

  function makeInstance(row) {
    const dot = element("span", { class: "dot" });
    const note = element("span", { class: "note" });
    return {
      node: element("span", { class: "name" }, dot, element("span", null, element("b", { title: row.instance }, `${row.host} · ${row.processId}`), note)),
      update: (next) => {
        dot.className = `dot ${next.draining ? "warn" : "good"}`;
        note.textContent = next.draining ? "draining" : next.instance;
      },
    };
  }

  const operationsPlace = element("div", null, loading("Waiting for the first look…"));
  const instancesPlace = element("div");
  const queuesPlace = element("div");
  const more = element("p", { class: "note" });
  const view = element("div", { class: "stack" },
    element("header", { class: "title" },
      element("p", { class: "crumb" }, element("a", { href: "#/" }, "Overview")),
      element("h1", { tabindex: "-1" }, name),
      element("div", { class: "buttons" }, element("a", { class: "button quiet", href: addressOfTry(name) }, "Try an operation"), element("a", { class: "button quiet", href: addressOfLetters(name) }, "Dead letters"))),
    banner.element,
    element("div", { class: "tiles" }, Object.values(tiles).map((tile) => tile.element)),
    element("div", { class: "plots" }, plots.map((plot) => plot.element), element("p", { class: "note" }, percentilesNote)),
    element("section", { class: "panel" }, element("header", null, element("h2", null, "Operations")), operationsPlace),
    element("div", { class: "split" },
      element("section", { class: "panel" }, element("header", null, element("h2", null, "Instances"), more), instancesPlace),
      element("section", { class: "panel" }, element("header", null, element("h2", null, "Queues")), queuesPlace)));

  const put = (place, table, rows, otherwise) => {
    if (rows.length > 0) {
      table.show(rows);
      if (table.element.parentElement !== place) {
        place.replaceChildren(table.element);
      }
    } else if (place.dataset.otherwise !== otherwise || table.element.parentElement === place) {
      place.dataset.otherwise = otherwise;
      place.replaceChildren(empty(otherwise));
    }
  };

  return {
    title: name,
    page: "overview",
    service: name,
    element: view,
    snapshot: (shown) => {
      const row = shown.service;
      banner.show(shown.trouble ?? row.trouble);
      tiles.instances.show(count(row.instances), row.draining > 0 ? `${row.draining} draining` : row.instances === 0 ? "no workers" : "all serving", row.instances === 0 ? "bad" : "");
      tiles.rate.show(rate(row.rate), row.median !== undefined ? `p50 ${latency(row.median)}, p99 ${latency(row.percentile99)}` : "none ended lately");
      tiles.failures.show(rate(row.failures), row.rate > 0 ? `${((row.failures / row.rate) * 100).toFixed(row.failures > 0 ? 1 : 0)} % of all${row.refused > 0 ? `, ${rate(row.refused)}/s refused in time` : ""}` : "", row.failures > 0 ? "bad" : "");
      tiles.running.show(count(row.running), `of ${count(row.concurrency)} at once`);
      tiles.waiting.show(count(row.waiting), "messages in queues");
      tiles.dead.show(count(row.dead), row.dead > 0 ? "look, repair, replay" : "nothing to repair", row.dead > 0 ? "bad" : "");
      more.textContent = row.instances > shown.instances.length ? `${shown.instances.length} of ${plural(row.instances, "instance")}; the sums are of all` : "";
      put(operationsPlace, operations, shown.operations, shown.isKnown ? "No worker of this service announces itself" : "Calling the roll of the services…");
      put(instancesPlace, instances, shown.instances, "Nobody serves it now");
      put(queuesPlace, queues, shown.queues ?? [], shown.queues === undefined ? "The queues have not been seen yet" : "No worker has declared its queues on this broker");
      series.add(shown.number, shown.at, row);
      plots.forEach((plot) => plot.show(series));
    },
    history: (answer) => {
      series.load(answer);
      plots.forEach((plot) => plot.show(series));
    },
    leave: () => plots.forEach((plot) => plot.leave()),
  };
}
