// The OpenAPI document, as the page needs it.

/** Loads it. Throws an Error that says what is wrong. */
export async function loadDocument() {
  const response = await fetch("openapi.json", { headers: { Accept: "application/json" }, cache: "no-cache" });
  if (!response.ok) {
    const problem = await response.json().catch(() => null);
    throw new Error(problem?.detail ?? `openapi.json was answered with ${response.status}.`);
  }
  const root = await response.json();
  const services = new Map((root.tags ?? []).map((tag) => [tag.name, { name: tag.name, version: tag.description, operations: [] }]));
  for (const [path, { post }] of Object.entries(root.paths)) {
    const service = services.get(post.tags[0]);
    service.operations.push(readOperation(root, path, service.name, post));
  }
  return { services: [...services.values()], away: Object.entries(root["x-messaging-away"] ?? {}) };
}

function readOperation(root, path, service, post) {
  const reply = post.responses["200"]?.content ?? {};
  return {
    service,
    path,
    name: decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)),
    kind: post["x-messaging-kind"],
    timeout: post["x-messaging-timeout-ms"],
    idempotent: post["x-messaging-idempotent"] === true,
    faults: post["x-messaging-faults"] ?? [],
    contentTypes: Object.keys(post.requestBody.content),
    request: readSchema(root, post.requestBody.content),
    reply: readSchema(root, reply),
  };
}

/** The schema of a content's JSON, with the document that its references are of; null where none is known. */
function readSchema(root, content) {
  const schema = (content["application/json"] ?? content["application/x-ndjson"])?.schema;
  return schema === undefined ? null : { root, schema };
}

export function takesStream(operation) {
  return operation.kind === "requestStream" || operation.kind === "duplexStream";
}

export function givesStream(operation) {
  return operation.kind === "replyStream" || operation.kind === "duplexStream";
}
