// JSON as text: never parsed and written again on its way, which would lose what JavaScript's numbers can't hold.
import { element } from "./dom.js";

const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]|[^\s]/g;
const maxColored = 200_000;

/** What is wrong with a text that should be JSON; null where nothing is. */
export function findError(text) {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error.message.replace(/^JSON\.parse: /, "");
  }
}

/** Indents a text that is JSON; another one stays as it is. */
export function indent(text) {
  return findError(text) === null ? [...indented(text)].map(([token]) => token).join("") : text;
}

/** Shows a text that is JSON, indented and coloured, or any other as it is. */
export function viewJson(text) {
  if (text.length > maxColored || findError(text) !== null) {
    return element("pre", { class: "json", tabindex: "0" }, text);
  }
  return element("pre", { class: "json", tabindex: "0" }, [...indented(text)].map(([token, kind]) => (kind ? element("span", { class: kind }, token) : token)));
}

/** Shows JSON in one line. */
export function viewLine(text) {
  if (text.length > maxColored || findError(text) !== null) {
    return element("code", { class: "json" }, text);
  }
  const parts = [...indented(text)].map(([token, kind]) => (kind ? element("span", { class: kind }, token) : token.replace(/\n\s*/g, " ")));
  return element("code", { class: "json" }, parts);
}

function* indented(text) {
  const all = text.match(tokens) ?? [];
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let at = 0; at < all.length; at++) {
    const token = all[at];
    const isEmpty = (token === "{" && all[at + 1] === "}") || (token === "[" && all[at + 1] === "]");
    if (isEmpty) {
      yield [token + all[++at]];
    } else if (token === "{" || token === "[") {
      depth++;
      yield [token + line()];
    } else if (token === "}" || token === "]") {
      depth--;
      yield [line() + token];
    } else if (token === ",") {
      yield [`,${line()}`];
    } else if (token === ":") {
      yield [": "];
    } else if (token.startsWith('"')) {
      yield [token, all[at + 1] === ":" ? "key" : "string"];
    } else {
      yield [token, /^[-\d]/.test(token) ? "number" : "literal"];
    }
  }
}
