// A body and headers that can be changed.
import { element } from "./dom.js";
import { findError, indent } from "./json.js";

/** A text that may be JSON, with a check of its syntax. */
export class BodyEditor {
  #original;
  #note = element("p", { class: "note check", id: "body-note", role: "status" });

  constructor({ label, text, isJson, isLines = false, onChange = () => {} }) {
    this.isJson = isJson;
    this.isLines = isLines;
    this.onChange = onChange;
    this.#original = isJson && !isLines ? indent(text) : text;
    this.input = element("textarea", { id: "body", spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: isLines ? "off" : undefined, "aria-describedby": "body-note" });
    this.element = element("div", { class: "editor" },
      element("div", { class: "bar" }, element("label", { for: "body" }, label),
        isJson && !isLines && element("button", { type: "button", class: "link", on: { click: () => this.set(indent(this.text)) } }, "Format"),
        element("button", { type: "button", class: "link", on: { click: () => this.set(this.#original) } }, "Reset")),
      this.input, this.#note);
    this.input.addEventListener("input", () => this.#check());
    this.set(this.#original);
  }

  get text() {
    return this.input.value;
  }

  get isChanged() {
    return this.text !== this.#original;
  }

  /** What is wrong with it; null for nothing. */
  get error() {
    if (!this.isJson) {
      return null;
    }
    if (this.isLines) {
      const errors = this.text.split("\n").map((line, at) => [at + 1, line.trim() === "" ? null : findError(line)]).filter(([, error]) => error);
      return errors.length > 0 ? `Line ${errors[0][0]}: ${errors[0][1]}` : null;
    }
    return findError(this.text);
  }

  set(text) {
    this.input.value = text;
    this.#check();
  }

  #check() {
    this.input.rows = Math.min(24, Math.max(5, this.text.split("\n").length + 1));
    const { error } = this;
    this.#note.textContent = error ? `No JSON: ${error}` : this.isJson ? "JSON" : "";
    this.#note.classList.toggle("bad", error !== null);
    this.onChange();
  }
}

/** Names and values, a row each. */
export class HeadersEditor {
  #rows = element("div", { class: "headers" });
  #original;

  constructor(headers, { onChange = () => {}, isFixed = false } = {}) {
    this.onChange = onChange;
    this.#original = JSON.stringify(headers);
    const add = element("button", { type: "button", class: "link", on: { click: () => this.#add("", "").querySelector("input").focus() } }, "Add a header");
    this.element = element("div", { class: "editor" }, element("div", { class: "bar" }, element("span", { class: "label" }, "Headers"), !isFixed && add), this.#rows);
    Object.entries(headers).forEach(([name, value]) => this.#add(name, value, isFixed));
    this.#tell();
  }

  get value() {
    const entries = [...this.#rows.querySelectorAll(".pair")].map((row) => [...row.querySelectorAll("input")].map((input) => input.value)).filter(([name]) => name !== "");
    return Object.fromEntries(entries);
  }

  get isChanged() {
    return JSON.stringify(this.value) !== this.#original;
  }

  #add(name, value, isFixed) {
    const change = () => this.onChange();
    const row = element("div", { class: "pair" },
      element("input", { type: "text", value: name, placeholder: "name", "aria-label": "Header name", autocomplete: "off", spellcheck: "false", readonly: isFixed, on: { input: change } }),
      element("input", { type: "text", value, placeholder: "value", "aria-label": `Value of ${name || "the header"}`, autocomplete: "off", spellcheck: "false", readonly: isFixed, on: { input: change } }),
      !isFixed && element("button", { type: "button", class: "icon", "aria-label": `Remove ${name || "the header"}`, on: { click: () => this.#remove(row) } }, "×"));
    this.#rows.querySelector(".note")?.remove();
    this.#rows.append(row);
    return row;
  }

  #remove(row) {
    row.remove();
    this.#tell();
    this.onChange();
  }

  #tell() {
    if (this.#rows.childElementCount === 0) {
      this.#rows.append(element("p", { class: "note" }, "None."));
    }
  }
}
