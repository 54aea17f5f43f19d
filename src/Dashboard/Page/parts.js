// What several pages are made of.
import { element } from "./dom.js";
import { Refused } from "./api.js";

export const addressOfService = (name) => `#/services/${encodeURIComponent(name)}`;
export const addressOfLetters = (name) => `#/letters/${encodeURIComponent(name)}`;
export const addressOfTry = (name, method) => `#/try/${encodeURIComponent(name)}${method === undefined ? "" : `/${encodeURIComponent(method)}`}`;

/** A number with what it counts. */
export class Tile {
  #value = element("span", { class: "value" }, "–");
  #note = element("span", { class: "note" });

  constructor(label, { href, title } = {}) {
    this.element = element(href ? "a" : "div", { class: "tile", href, title }, element("span", { class: "label" }, label), this.#value, this.#note);
  }

  show(value, note = "", tone = "") {
    this.#value.textContent = value;
    this.#value.className = `value ${tone}`;
    this.#note.textContent = note;
  }
}

/**
 * A table whose rows are changed and not made anew, so that what has the focus keeps it. On a phone its rows are cards.
 * Columns: { label, number, show(row) that gives a text, or make(row) that gives { node, update(row) } }.
 */
export class LiveTable {
  #rows = new Map();
  #body = element("tbody");

  constructor(label, columns, keyOf) {
    this.columns = columns;
    this.keyOf = keyOf;
    this.element = element("div", { class: "scroll" }, element("table", { "aria-label": label },
      element("thead", null, element("tr", null, columns.map((column) => element("th", { scope: "col", class: column.number && "number", title: column.title }, column.label)))),
      this.#body));
  }

  show(rows) {
    const left = new Set(this.#rows.keys());
    let at = this.#body.firstElementChild;
    for (const row of rows) {
      const key = this.keyOf(row);
      left.delete(key);
      let known = this.#rows.get(key);
      if (known === undefined) {
        known = this.#make(row);
        this.#rows.set(key, known);
      }
      known.cells.forEach((update) => update(row));
      if (known.element === at) {
        at = at.nextElementSibling;
      } else {
        this.#body.insertBefore(known.element, at);
      }
    }
    for (const key of left) {
      this.#rows.get(key).element.remove();
      this.#rows.delete(key);
    }
  }

  #make(row) {
    const made = element("tr");
    const cells = this.columns.map((column, number) => {
      const cell = element(number === 0 ? "th" : "td", { scope: number === 0 ? "row" : undefined, class: column.number && "number", "data-label": column.label });
      made.append(cell);
      if (column.make) {
        const { node, update } = column.make(row);
        cell.append(node);
        return update;
      }
      const text = document.createTextNode("");
      const span = element("span", null, text);
      cell.append(span);
      return (next) => {
        const value = column.show(next);
        if (text.data !== value) {
          text.data = value;
        }
        span.className = column.tone?.(next) ?? "";
      };
    });
    return { element: made, cells };
  }
}

const svg = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
};

/** A small line of the newest values. */
export class Sparkline {
  static #width = 96;
  static #height = 24;
  #line = svg("polyline", { class: "line" });
  #values = [];

  constructor() {
    this.element = svg("svg", { class: "spark", viewBox: `0 0 ${Sparkline.#width} ${Sparkline.#height}`, "aria-hidden": "true", preserveAspectRatio: "none" });
    this.element.append(this.#line);
  }

  load(values) {
    this.#values = values.slice(-60);
    this.#draw();
  }

  add(value) {
    this.#values.push(value);
    this.#values = this.#values.slice(-60);
    this.#draw();
  }

  #draw() {
    const most = Math.max(...this.#values.map((value) => value ?? 0), 1e-9);
    const step = Sparkline.#width / 59;
    const left = Sparkline.#width - (this.#values.length - 1) * step;
    this.#line.setAttribute("points", this.#values.map((value, at) => `${(left + at * step).toFixed(1)},${(Sparkline.#height - 2 - ((value ?? 0) / most) * (Sparkline.#height - 4)).toFixed(1)}`).join(" "));
  }
}

/** What is there where nothing is: why, and what to do. */
export function empty(title, ...content) {
  return element("div", { class: "empty" }, element("h3", null, title), content);
}

export function loading(text) {
  return element("div", { class: "loading", role: "status" }, element("span", { class: "spinner", "aria-hidden": "true" }), text);
}

/** What went wrong, and what to do about it. */
export function trouble(title, detail, remedy, again) {
  return element("div", { class: "trouble", role: "alert" },
    element("h3", null, title), element("p", null, detail), remedy && element("p", { class: "remedy" }, remedy),
    again && element("div", { class: "buttons" }, element("button", { type: "button", class: "quiet", on: { click: again } }, "Try again")));
}

export function troubleOf(error, again) {
  return error instanceof Refused ? trouble(error.title, error.message, error.remedy, again) : trouble("Something went wrong in this page", error.message, "Reload it.", again);
}

/** The banner of a broker that is away. It stays one element, so that it is read out once. */
export class BrokerBanner {
  #shown = "";
  element = element("div", { class: "banner", role: "alert", hidden: true });

  show(found) {
    const text = found ? `${found.status}${found.detail}` : "";
    if (text !== this.#shown) {
      this.#shown = text;
      this.element.hidden = !found;
      this.element.replaceChildren(...(found ? [element("strong", null, found.status === "PermissionDenied" ? "The broker denies a look" : "The broker can't be seen"), element("p", null, found.detail), found.remedy ? element("p", { class: "remedy" }, found.remedy) : ""] : []));
    }
  }
}
