// One try of an operation: sends it, and tells what comes back as it comes.
import { givesStream, takesStream } from "./document.js";

/** Why a header that is not sent can't be. */
export class HeaderError extends Error {}

/** The request as fetch takes it, but for its body. */
export function describeRequest(operation, { timeout, messageId, headers }) {
  const all = [["Content-Type", takesStream(operation) ? "application/x-ndjson" : "application/json"]];
  if (givesStream(operation)) {
    all.push(["Accept", "application/x-ndjson"]);
  }
  if (timeout) {
    all.push(["Timeout-Ms", timeout]);
  }
  if (messageId) {
    all.push(["Message-Id", messageId]);
  }
  for (const line of headers.split("\n").filter((text) => text.trim() !== "")) {
    const colon = line.indexOf(":");
    if (colon < 1) {
      throw new HeaderError(`“${line.trim()}” is no header: write name: value, one a line.`);
    }
    all.push([`Msg-${line.slice(0, colon).trim()}`, line.slice(colon + 1).trim()]);
  }
  return { url: operation.path.slice(1), headers: all };
}

/** A request as a command line that does the same. */
export function asCurl({ url, headers }, body) {
  const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    `curl --no-buffer ${quote(new URL(url, document.baseURI).href)}`,
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    `--data-binary ${quote(body)}`,
  ].join(" \\\n  ");
}

/**
 * Sends a request. `outcome` is told: began(response, latency), item(text), body(text, contentType), problem(problem),
 * ended(latency), cancelled(latency), broke(error, latency).
 */
export async function send({ url, headers }, body, signal, outcome) {
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal, cache: "no-store" });
    outcome.began(response, elapsed());
    const contentType = response.headers.get("Content-Type") ?? "";
    if (contentType.startsWith("application/x-ndjson")) {
      await readLines(response.body, (line) => {
        const problem = findFailure(line);
        problem ? outcome.problem(problem) : outcome.item(line);
      });
    } else {
      const text = await response.text();
      const problem = contentType.startsWith("application/problem+json") ? parse(text) : null;
      problem ? outcome.problem(problem) : outcome.body(text, contentType);
    }
    outcome.ended(elapsed());
  } catch (error) {
    signal.aborted ? outcome.cancelled(elapsed()) : outcome.broke(error, elapsed());
  }
}

// A stream that fails behind its first item says so in a last line.
function findFailure(line) {
  return line.startsWith('{"$error":') ? parse(line)?.$error ?? null : null;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readLines(stream, take) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }
    const lines = value.split("\n");
    for (const line of lines.slice(0, -1)) {
      const whole = rest.join("") + line;
      rest = [];
      if (whole.trim() !== "") {
        take(whole);
      }
    }
    rest.push(lines.at(-1));
  }
  if (rest.join("").trim() !== "") {
    take(rest.join(""));
  }
}
