// JSON Schemas: what they look like, and an example that fits.
import { disclosure, element } from "./dom.js";

const maxDepth = 6;

/** The schema that a chain of references ends at. */
export function resolve(root, schema) {
  for (let steps = 0; steps < 32 && typeof schema?.$ref === "string"; steps++) {
    schema = schema.$ref.startsWith("#")
      ? schema.$ref.slice(1).split("/").slice(1).reduce((node, part) => node?.[decodePart(part)], root)
      : true;
  }
  return schema ?? true;
}

function decodePart(part) {
  let decoded = part;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    // A worker's pointer that is no URI fragment is taken as it is.
  }
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}

const typesOf = (schema) => [schema.type ?? (schema.properties ? "object" : [])].flat();
const isNull = (root, schema) => resolve(root, schema).type === "null";
const choices = (schema) => schema.anyOf ?? schema.oneOf;

/** A value that fits a schema, as far as can be told without thinking. */
export function exampleOf({ root, schema }, depth = 0) {
  schema = resolve(root, schema);
  if (typeof schema !== "object") {
    return {};
  }
  if ("const" in schema) {
    return schema.const;
  }
  const given = schema.examples?.[0] ?? schema.default;
  if (given !== undefined && given !== null) {
    return given;
  }
  if (Array.isArray(schema.enum)) {
    return schema.enum.find((value) => value !== null) ?? null;
  }
  if (choices(schema) && !schema.properties) {
    const choice = choices(schema).find((one) => !isNull(root, one));
    return choice === undefined ? null : exampleOf({ root, schema: choice }, depth);
  }
  const types = typesOf(schema);
  if (types.includes("object") || schema.allOf) {
    return exampleObject(root, schema, depth);
  }
  if (types.includes("array")) {
    return schema.items === undefined || depth >= maxDepth ? [] : [exampleOf({ root, schema: schema.items }, depth + 1)];
  }
  if (types.includes("integer") || types.includes("number")) {
    return Math.max(1, schema.minimum ?? 1);
  }
  if (types.includes("boolean")) {
    return false;
  }
  return types.includes("string") ? exampleText(schema) : types.includes("null") ? null : {};
}

function exampleObject(root, schema, depth) {
  const example = {};
  if (depth >= maxDepth) {
    return example;
  }
  // Of fields that exclude each other, the first one is set.
  const excluded = new Set(excludedFields(schema));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!excluded.has(name)) {
      const value = exampleOf({ root, schema: property }, depth + 1);
      Object.defineProperty(example, name, { value, enumerable: true });
    }
  }
  if (schema.additionalProperties && typeof schema.additionalProperties === "object" && !schema.properties) {
    example.key = exampleOf({ root, schema: schema.additionalProperties }, depth + 1);
  }
  return example;
}

function excludedFields(schema) {
  return (schema.allOf ?? []).flatMap((group) => {
    const names = (group.oneOf ?? group.anyOf ?? []).flatMap((one) => one.required ?? []).filter((name) => schema.properties?.[name]);
    return names.slice(1);
  });
}

function exampleText(schema) {
  switch (schema.format) {
    case "date-time":
      return new Date().toISOString();
    case "date":
      return new Date().toISOString().slice(0, 10);
    case "time":
      return "12:00:00";
    case "duration":
      return "PT1S";
    case "uuid":
      return "0b5f2c7e-8f0a-4c55-9a3e-6a2f1f0c9d11";
    case "uri":
      return "https://example.com/";
    default:
      return /\\d\{2\}:/.test(schema.pattern ?? "") ? "00:00:01" : schema.contentEncoding === "base64" || schema.format === "byte" ? "aGVsbG8=" : schema.pattern || schema.maxLength < 4 ? "" : "text";
  }
}

/** A type in a few words. */
function typeText(root, schema) {
  const resolved = resolve(root, schema);
  if (typeof resolved !== "object") {
    return resolved ? "anything" : "nothing";
  }
  if (Array.isArray(resolved.enum)) {
    return resolved.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if ("const" in resolved) {
    return JSON.stringify(resolved.const);
  }
  const types = typesOf(resolved);
  if (types.includes("array") && resolved.items !== undefined) {
    return `array of ${typeText(root, resolved.items)}${types.includes("null") ? " or null" : ""}`;
  }
  if (choices(resolved) && types.length === 0) {
    return choices(resolved).map((one) => typeText(root, one)).join(" or ");
  }
  const name = resolved.title && types.includes("object") ? resolved.title : undefined;
  const text = name ?? (types.filter((type) => type !== "string" || !resolved.pattern || types.length < 3 && !types.includes("integer") && !types.includes("number")).join(" or ") || "anything");
  return resolved.format ? `${text}, ${resolved.format}` : text;
}

/** The schema that has the fields of a type: itself, that of an array's items, or of the choice that is not null. */
function fieldsOf(root, schema, depth = 0) {
  const resolved = resolve(root, schema);
  if (typeof resolved !== "object" || depth > 8) {
    return null;
  }
  if (resolved.properties) {
    return Object.keys(resolved.properties).length > 0 ? resolved : null;
  }
  const inner = [resolved.items, ...(choices(resolved) ?? []), typeof resolved.additionalProperties === "object" ? resolved.additionalProperties : undefined];
  return inner.filter((one) => one !== undefined).map((one) => fieldsOf(root, one, depth + 1)).find((one) => one) ?? null;
}

/** Shows a schema: its fields, each with its type, and theirs where one asks. */
export function viewSchema({ root, schema }) {
  const fields = fieldsOf(root, schema);
  const own = resolve(root, schema);
  const isPlain = own === fields;
  return element("div", { class: "schema" }, isPlain && own.title ? element("p", { class: "type" }, own.title) : !isPlain && element("p", { class: "type" }, typeText(root, schema)), fields && viewFields(root, fields));
}

function viewFields(root, schema) {
  const required = new Set(schema.required ?? []);
  return element("ul", { class: "fields" }, Object.entries(schema.properties).map(([name, property]) => {
    const resolved = resolve(root, property);
    const head = [
      element("code", null, name),
      element("span", { class: "type" }, typeText(root, property)),
      required.has(name) && element("span", { class: "required" }, "required"),
    ].filter(Boolean);
    const inner = fieldsOf(root, property);
    const title = element("span", { class: "field" }, head);
    return element("li", null,
      inner ? disclosure(title, null, () => viewFields(root, inner)) : title,
      typeof resolved.description === "string" && element("p", { class: "note" }, resolved.description));
  }));
}
