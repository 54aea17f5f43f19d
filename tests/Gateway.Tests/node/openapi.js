// Checks an OpenAPI document: against OpenAPI's own schema, that every reference leads somewhere, and that the schemas in it
// take and refuse values.   node openapi.js document.json [component value true|false]…
"use strict";
const fs = require("node:fs");
const Ajv = require("ajv/dist/2020").default;

async function main() {
  const [file, ...checks] = process.argv.slice(2);
  const document = JSON.parse(fs.readFileSync(file, "utf8"));
  const { Validator } = await import("@seriousme/openapi-schema-validator");
  const result = await new Validator().validate(structuredClone(document));
  if (!result.valid) {
    throw new Error(`It is no OpenAPI document: ${JSON.stringify(result.errors, null, 1)}`);
  }

  for (const [path, reference] of references(document, "#")) {
    const target = reference.startsWith("#/")
      && reference.slice(2).split("/").reduce((node, part) => node?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")], document);
    if (target === undefined || target === false) {
      throw new Error(`${path} refers to ${reference}, and there is nothing.`);
    }
  }

  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema(document, "document");
  for (const component of Object.keys(document.components.schemas)) {
    ajv.compile({ $ref: `document#/components/schemas/${component}` });
  }

  for (let at = 0; at < checks.length; at += 3) {
    const [component, value, expected] = checks.slice(at, at + 3);
    const validate = ajv.compile({ $ref: `document#/components/schemas/${component}` });
    if (String(validate(JSON.parse(value))) !== expected) {
      throw new Error(`${component} for ${value} is not ${expected}: ${JSON.stringify(validate.errors)}`);
    }
  }
}

function* references(node, path) {
  for (const [key, value] of Object.entries(node ?? {})) {
    if (key === "$ref" && typeof value === "string") {
      yield [path, value];
    } else if (typeof value === "object") {
      yield* references(value, `${path}/${key}`);
    }
  }
}

main().then(() => console.log("valid"), (error) => {
  console.log(error.message);
  process.exitCode = 1;
});
