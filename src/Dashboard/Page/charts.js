// Plots over time, by uPlot, in the colours of the page.
import { element } from "./dom.js";

const height = 138;
const shortest = 120;
const plots = new Set();
const sync = "messaging";

/** The colour that a name of the style sheet has now. */
function colour(name) {
  const probe = element("span", { class: `probe ${name}`, hidden: false });
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const clock = (seconds, withSeconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB", withSeconds ? {} : { hour: "2-digit", minute: "2-digit" });

export class Plot {
  #data = [[]];
  #plot = null;
  #values;
  #place;
  #observer;

  /** @param lines of { name, label, ink, fill }: what of the series, what it is called, and in which of the style sheet's inks. */
  constructor({ title, lines, format, least }) {
    Object.assign(this, { title, lines, format, least });
    this.#values = lines.map(() => element("b", null, "–"));
    this.#place = element("div", { class: "canvas", role: "img", "aria-label": title });
    this.time = element("span", { class: "when" });
    this.element = element("section", { class: "plot panel", "aria-label": title },
      element("header", null,
        element("h3", null, title), this.time,
        element("dl", null, lines.map((line, at) => element("div", null,
          element("dt", { class: `ink ${line.ink}` }, line.label), element("dd", null, this.#values[at]))))),
      this.#place);
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(this.#place);
    plots.add(this);
  }

  show(series) {
    this.#data = [series.times, ...this.lines.map((line) => series.columns[line.name])];
    if (this.#plot === null) {
      this.#make();
    } else {
      this.#plot.setData(this.#data);
    }
    this.#tell(null);
  }

  leave() {
    plots.delete(this);
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  repaint() {
    if (this.#plot !== null) {
      this.#plot.destroy();
      this.#make();
    }
  }

  #fit() {
    const width = this.#place.clientWidth;
    if (this.#plot !== null && width > 0 && width !== this.#plot.width) {
      this.#plot.setSize({ width, height });
    }
  }

  // Beside each line's name: what it is at the cursor, or now.
  #tell(index) {
    const at = index ?? this.#data[0].length - 1;
    this.time.textContent = index === null ? "" : clock(this.#data[0][at], true);
    this.lines.forEach((line, number) => {
      this.#values[number].textContent = this.format(this.#data[number + 1][at]);
    });
    if (index === null) {
      this.#place.setAttribute("aria-label", `${this.title}, now: ${this.lines.map((line, number) => `${line.label} ${this.#values[number].textContent}`).join(", ")}`);
    }
  }

  #make() {
    const soft = colour("soft");
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: soft, font, ticks: { show: false }, grid: { stroke: colour("line"), width: 1 } };
    this.#plot = new uPlot({
      width: Math.max(100, this.#place.clientWidth),
      height,
      padding: [8, 22, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: sync, setSeries: false }, drag: { x: false, y: false }, y: false, points: { size: 7 } },
      scales: {
        x: { time: true, range: (plot, from, to) => [Math.min(from, to - shortest), to] },
        y: { range: (plot, from, to) => [0, Math.max(this.least, (to ?? 0) * 1.12)] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 26, space: 70, values: (plot, times) => times.map((time) => clock(time, plot.scales.x.max - plot.scales.x.min < 180)) },
        { ...axis, size: 52, space: 34, values: (plot, values) => values.map((value) => this.format(value).replace(/\.0+(?= |$)/, "")) },
      ],
      series: [{}, ...this.lines.map((line) => ({
        stroke: colour(line.ink), width: 1.75, fill: line.fill ? colour(`${line.ink}-tint`) : undefined, points: { show: false }, spanGaps: false,
      }))],
      hooks: { setCursor: [(plot) => this.#tell(plot.cursor.idx ?? null)] },
    }, this.#data, this.#place);
  }
}

/** Draws all plots anew, in the colours that the page has now. */
export function repaintPlots() {
  plots.forEach((plot) => plot.repaint());
}

/** What the percentiles are: those of several can't be computed from each one's. */
export const percentilesNote = "Percentiles are of calls and commands. Of several instances or operations, p50 is their medians weighted by their rates, and p99 that of the slowest.";

/** The four plots of a service, or of all. */
export function makePlots(formats) {
  return [
    new Plot({ title: "Handled per second", lines: [{ name: "rate", label: "ended", ink: "teal", fill: true }, { name: "failures", label: "failed", ink: "red" }], format: formats.rate, least: 1 }),
    new Plot({
      title: "Time in the handler",
      lines: [{ name: "percentile99", label: "p99", ink: "amber" }, { name: "median", label: "p50", ink: "teal" }], format: formats.latency, least: 1,
    }),
    new Plot({ title: "Waiting in queues", lines: [{ name: "waiting", label: "messages", ink: "violet", fill: true }, { name: "dead", label: "dead letters", ink: "red" }], format: formats.count, least: 5 }),
    new Plot({ title: "In flight", lines: [{ name: "running", label: "handlers", ink: "teal", fill: true }], format: formats.count, least: 5 }),
  ];
}
