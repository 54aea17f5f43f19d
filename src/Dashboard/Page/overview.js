// All services at a glance.
import { makePlots, percentilesNote } from "./charts.js";
import { element } from "./dom.js";
import { count, latency, plural, rate } from "./format.js";
import { addressOfLetters, addressOfService, BrokerBanner, empty, LiveTable, loading, Sparkline, Tile } from "./parts.js";
import { Series } from "./series.js";

export function viewOverview() {
  const banner = new BrokerBanner();
  const series = new Series();
  const sparks = new Map();
  let recent = {};
  const plots = makePlots({ rate, latency, count });
  const tiles = {
    instances: new Tile("Instances"),
    rate: new Tile("Handled per second"),
    failures: new Tile("Failed per second"),
    running: new Tile("In flight"),
    waiting: new Tile("Waiting"),
    dead: new Tile("Dead letters", { href: "#/letters" }),
  };
  const table = new LiveTable("Services", [
    { label: "Service", make: makeName },
    { label: "Per second", number: true, make: makeRate },
    { label: "Failed/s", number: true, show: (row) => rate(row.failures), tone: (row) => (row.failures > 0 ? "bad" : "soft") },
    { label: "Refused/s", number: true, title: "Calls that workers refused in time, as they could not be answered: they did not fail", show: (row) => rate(row.refused), tone: (row) => (row.refused > 0 ? "bad" : "soft") },
    { label: "p50", number: true, title: "The instances' medians, weighted by their rates", show: (row) => latency(row.median) },
    { label: "p99", number: true, title: "That of the slowest instance and operation", show: (row) => latency(row.percentile99) },
    { label: "In flight", number: true, title: "Handlers that run, of those that may at once", show: (row) => (row.instances > 0 ? `${count(row.running)} / ${count(row.concurrency)}` : "–") },
    { label: "Waiting", number: true, title: "Messages in its queues", show: (row) => count(row.waiting), tone: (row) => (row.waiting > 0 ? "" : "soft") },
    { label: "Dead letters", number: true, make: makeDead },
  ], (row) => row.name);
  const services = element("div", null, loading("Calling the roll of the services…"));
  const content = element("div", { class: "stack", hidden: true },
    element("div", { class: "tiles" }, Object.values(tiles).map((tile) => tile.element)),
    element("div", { class: "plots" }, plots.map((plot) => plot.element), element("p", { class: "note" }, percentilesNote)));
  const view = element("div", { class: "stack" },
    element("h1", { class: "hidden", tabindex: "-1" }, "Overview"),
    banner.element, content, element("section", { class: "panel", "aria-label": "Services" }, element("header", null, element("h2", null, "Services")), services));

  function makeName(row) {
    const note = element("span", { class: "note" });
    const dot = element("span", { class: "dot" });
    const node = element("a", { class: "name", href: addressOfService(row.name) }, dot, element("span", null, element("b", null, row.name), note));
    return {
      node,
      update: (next) => {
        const isAway = next.instances === 0;
        dot.className = `dot ${isAway ? (next.waiting > 0 ? "bad" : "off") : next.failures > 0 || next.draining > 0 ? "warn" : "good"}`;
        const text = isAway ? (next.waiting > 0 ? "nobody serves what waits" : "no workers") : `${plural(next.instances, "instance")}${next.draining > 0 ? `, ${next.draining} draining` : ""}`;
        note.textContent = next.trouble ? `${text}; queues can't be seen` : text;
        note.title = next.trouble?.detail ?? "";
      },
    };
  }

  function makeRate(row) {
    const spark = new Sparkline();
    spark.load(recent[row.name] ?? []);
    sparks.set(row.name, spark);
    const value = element("span");
    let last = -1;
    return {
      node: element("span", { class: "sparked" }, spark.element, value),
      update: (next) => {
        value.textContent = rate(next.rate);
        if (number !== last) {
          last = number;
          spark.add(next.rate);
        }
      },
    };
  }

  function makeDead(row) {
    const node = element("a", { class: "dead", href: addressOfLetters(row.name) });
    return {
      node,
      update: (next) => {
        node.textContent = count(next.dead);
        node.classList.toggle("some", next.dead > 0);
        node.setAttribute("aria-label", `${count(next.dead)} dead letters of ${row.name}`);
      },
    };
  }

  let number = -1;
  function snapshot(fleet) {
    number = fleet.number;
    banner.show(fleet.trouble);
    const { total } = fleet;
    const isEmpty = fleet.services.length === 0;
    content.hidden = isEmpty;
    if (isEmpty) {
      services.replaceChildren(!fleet.isKnown ? loading("Calling the roll of the services…") : empty("No workers announce themselves",
        element("p", null, "Services are shown here a few seconds after their first worker has started on this broker."),
        element("ul", null,
          element("li", null, "Start a worker, with the same broker and virtual host as this program."),
          element("li", null, "Workers of older versions don't announce themselves. Name their services in ", element("code", null, "Messaging:Dashboard:Services"), " to see their queues and dead letters."))));
      return;
    }
    if (table.element.parentElement === null) {
      services.replaceChildren(table.element);
    }
    table.show(fleet.services);
    const alive = fleet.services.filter((row) => row.instances > 0).length;
    tiles.instances.show(count(total.instances), `${plural(alive, "service")}${total.draining > 0 ? `, ${total.draining} draining` : ""}`, total.instances === 0 ? "bad" : "");
    tiles.rate.show(rate(total.rate), total.median !== undefined ? `p50 ${latency(total.median)}, p99 ${latency(total.percentile99)}` : "none ended lately");
    tiles.failures.show(rate(total.failures), total.rate > 0 ? `${((total.failures / total.rate) * 100).toFixed(total.failures > 0 ? 1 : 0)} % of all${total.refused > 0 ? `, ${rate(total.refused)}/s refused in time` : ""}` : "", total.failures > 0 ? "bad" : "");
    tiles.running.show(count(total.running), `of ${count(total.concurrency)} at once`);
    tiles.waiting.show(count(total.waiting), "messages in queues");
    tiles.dead.show(count(total.dead), total.dead > 0 ? "look, repair, replay" : "nothing to repair", total.dead > 0 ? "bad" : "");
    series.add(fleet.number, fleet.at, total);
    plots.forEach((plot) => plot.show(series));
  }

  return {
    title: "Overview",
    page: "overview",
    element: view,
    snapshot,
    history: (answer) => {
      series.load(answer);
      recent = answer.rates ?? {};
      sparks.forEach((spark, name) => spark.load(recent[name] ?? []));
      if (!content.hidden) {
        plots.forEach((plot) => plot.show(series));
      }
    },
    leave: () => plots.forEach((plot) => plot.leave()),
  };
}
