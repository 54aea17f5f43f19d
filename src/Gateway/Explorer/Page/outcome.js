// Shows what comes back: the status, how long it took, headers, and the reply, the items or the problem.
import { disclosure, duration, element } from "./dom.js";
import { viewJson, viewLine } from "./json.js";

// A stream may be endless; a page is not.
const maxItems = 1000;

const reasons = {
  200: "OK", 202: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
  413: "Payload Too Large", 415: "Unsupported Media Type", 429: "Too Many Requests", 499: "Client Closed Request",
  500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable", 504: "Gateway Timeout",
};

export class Outcome {
  #status = element("p", { class: "status", role: "status" });
  #content = element("div", { class: "content" });
  #items = null;
  #count = 0;
  #failed = false;
  #head = "";

  constructor(place) {
    place.replaceChildren(this.#status, this.#content);
    this.#say("waiting", "Waiting…");
  }

  began(response, latency) {
    const isGood = response.ok;
    this.#failed = !isGood;
    this.#head = `${response.status} ${reasons[response.status] ?? response.statusText}`.trim();
    this.#say(isGood ? "good" : "bad", this.#head, duration(latency));
    const headers = [...response.headers];
    this.#content.append(disclosure("Response headers", { class: "part" }, () =>
      element("dl", { class: "pairs" }, headers.map(([name, value]) => [element("dt", null, name), element("dd", null, value)]).flat())));
  }

  item(text) {
    if (this.#items === null) {
      this.#items = element("ol", { class: "items", "aria-label": "Items", tabindex: "0" });
      this.#content.append(this.#items);
    }
    const isAtEnd = this.#items.scrollTop + this.#items.clientHeight >= this.#items.scrollHeight - 8;
    this.#count++;
    this.#items.append(element("li", { value: this.#count }, viewLine(text)));
    if (this.#items.childElementCount > maxItems) {
      this.#items.firstElementChild.remove();
    }
    if (isAtEnd) {
      this.#items.scrollTop = this.#items.scrollHeight;
    }
    this.#say("good", this.#head, this.#counted());
  }

  body(text, contentType) {
    if (text !== "") {
      this.#content.append(viewJson(text));
    } else if (contentType === "" && !this.#failed) {
      this.#content.append(element("p", { class: "note" }, this.#head.startsWith("202") ? "The broker has it safe. It will be run, at least once." : "Done; there is nothing to reply."));
    }
  }

  problem(problem) {
    this.#failed = true;
    const more = [
      ["Status", problem.grpcStatus],
      ["Reason", problem.reason],
      ["Fault", problem.fault],
      ["Operation", problem.operation],
      ["Correlation id", problem.correlationId],
      ["May have run", problem.mayHaveRun === true ? "yes, or it may still be running" : problem.mayHaveRun === false ? "no" : undefined],
    ].filter(([, value]) => value !== undefined && value !== null);
    this.#content.append(element("section", { class: "problem", "aria-label": "Problem" },
      element("p", { class: "detail" }, String(problem.detail ?? problem.title ?? "It failed.")),
      element("dl", { class: "pairs" }, more.map(([name, value]) => [element("dt", null, name), element("dd", null, String(value))]).flat()),
      problem.fields !== undefined && problem.fields !== null && viewJson(JSON.stringify(problem.fields))));
  }

  ended(latency) {
    if (this.#items !== null || this.#count > 0) {
      this.#say(this.#failed ? "bad" : "good", this.#failed ? "Failed" : this.#head, `${this.#counted()}, ${duration(latency)}`);
    } else if (this.#failed && this.#head.startsWith("200")) {
      this.#say("bad", "Failed", duration(latency));
    } else {
      this.#say(this.#failed ? "bad" : "good", this.#head, duration(latency));
    }
  }

  cancelled(latency) {
    this.#say("stopped", "Cancelled", this.#items === null ? `after ${duration(latency)}` : `after ${this.#counted()}, ${duration(latency)}`);
  }

  broke(error, latency) {
    this.#say("bad", "No answer", duration(latency));
    this.#content.append(element("p", { class: "note" }, `The gateway can't be reached, or has dropped the connection (${error.message}).`));
  }

  #counted() {
    return this.#count === 1 ? "1 item" : `${this.#count} items`;
  }

  #say(kind, text, detail) {
    this.#status.className = `status ${kind}`;
    this.#status.replaceChildren(element("strong", null, text), ...(detail ? [" ", element("span", null, detail)] : []));
  }
}
