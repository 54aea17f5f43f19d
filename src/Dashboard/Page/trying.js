// Tries an operation: an example to start from, and what comes back as it comes.
import { act, ask, readLines } from "./api.js";
import { disclosure, element, kindBadge } from "./dom.js";
import { BodyEditor, HeadersEditor } from "./editor.js";
import { camel, count, latency } from "./format.js";
import { viewJson, viewLine } from "./json.js";
import { addressOfTry, empty, loading, troubleOf } from "./parts.js";
import { exampleOf, viewSchema } from "./schema.js";

const verbs = { call: "Call", command: "Send", replyStream: "Start", requestStream: "Upload", duplexStream: "Start" };
const texts = {
  call: "One request, one reply.",
  command: "One message, no reply: it is accepted when the broker has it safe, and runs at least once.",
  replyStream: "One request, a stream of replies.",
  requestStream: "A stream of requests, one JSON value a line, and one reply.",
  duplexStream: "A stream of requests, one JSON value a line, and a stream of replies.",
};
const isStreamed = (kind) => kind === "requestStream" || kind === "duplexStream";

export function viewTrying(service, method) {
  let sending = null;
  const keys = {};
  const names = element("nav", { class: "chips", "aria-label": "Services" });
  const list = element("nav", { class: "operations", "aria-label": "Operations" });
  const place = element("div", { class: "stack" });
  const view = element("div", { class: "stack" },
    element("header", { class: "title" }, element("h1", { tabindex: "-1" }, "Try an operation"), element("p", { class: "lead" }, "What is sent goes to real workers.")),
    names, element("div", { class: "trying", hidden: service === undefined }, list, place));

  async function load() {
    if (service === undefined) {
      return;
    }
    place.replaceChildren(loading(`Asking the workers of ${service} what they do…`));
    try {
      const described = await ask("operations", { service });
      described.operations.forEach((operation) => { operation.kind = camel(operation.kind); });
      list.replaceChildren(...described.operations.map((operation) => element("a", { href: addressOfTry(service, operation.name), "aria-current": operation.name === method ? "page" : undefined }, element("span", null, operation.name), kindBadge(operation.kind))));
      const operation = described.operations.find((one) => one.name === method);
      if (operation === undefined) {
        place.replaceChildren(empty(method === undefined ? "Choose an operation" : `${service} has no operation ${method}`, element("p", null, "Each shows what it takes, with an example to start from.")));
      } else {
        show(operation, described.readOnly);
      }
    } catch (error) {
      place.replaceChildren(troubleOf(error, load));
    }
  }

  function show(operation, isReadOnly) {
    const schema = operation.request ? { root: operation.request, schema: operation.request } : null;
    const lines = isStreamed(operation.kind);
    const example = JSON.stringify(schema === null ? {} : exampleOf(schema));
    const editor = new BodyEditor({ label: lines ? "Items, one a line" : "Body", text: lines ? `${example}\n${example}\n` : example, isJson: true, isLines: lines });
    const headers = new HeadersEditor({});
    const timeout = element("input", { id: "timeout", type: "number", min: "1", step: "1", inputmode: "numeric", placeholder: operation.timeoutMs ?? "default" });
    const submit = element("button", { type: "submit", "aria-keyshortcuts": "Control+Enter", disabled: isReadOnly }, verbs[operation.kind] ?? "Call");
    const stop = element("button", { type: "button", class: "quiet", hidden: true, on: { click: () => sending?.abort() } }, "Cancel");
    const result = element("div", { class: "result", "aria-label": "Outcome", role: "region" }, element("p", { class: "note" }, isReadOnly ? "This dashboard only shows: nothing can be tried." : "Nothing has been tried yet."));
    const form = element("form", { on: { submit: send } }, editor.element,
      element("details", { class: "part" }, element("summary", null, "Timeout and headers"), element("div", { class: "options" }, element("label", { for: "timeout" }, "Timeout in ms"), timeout), headers.element),
      element("div", { class: "buttons" }, submit, stop, element("span", { class: "hint" }, element("kbd", null, "Ctrl"), " ", element("kbd", null, "Enter"))));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      }
    });

    async function send(event) {
      event.preventDefault();
      sending?.abort();
      const own = new AbortController();
      sending = own;
      stop.hidden = false;
      const outcome = new Outcome(result);
      try {
        const request = { service, method, body: editor.text, timeoutMs: timeout.value === "" ? undefined : Number(timeout.value), headers: headers.value };
        await readLines(await act("try", request, own.signal), own.signal, (line) => outcome.take(line));
        outcome.closed();
      } catch (error) {
        own.signal.aborted ? outcome.cancelled() : outcome.broke(error);
      }
      if (sending === own) {
        sending = null;
        const hadFocus = document.activeElement === stop;
        stop.hidden = true;
        hadFocus && submit.focus();
      }
    }

    keys.e = () => editor.input.focus();
    place.replaceChildren(
      element("section", { class: "panel padded" },
        element("h2", { tabindex: "-1" }, operation.name, " ", kindBadge(operation.kind)),
        element("p", { class: "note" }, texts[operation.kind] ?? "This dashboard doesn't know what it does.", operation.idempotent && " Idempotent.", operation.faults?.length > 0 && ` May answer with ${operation.faults.join(", ")}.`),
        form),
      element("section", { class: "panel padded" }, element("h3", null, "Outcome"), result),
      element("section", { class: "panel padded" },
        element("h3", null, lines ? "Each item" : "Request"), schema ? viewSchema(schema) : element("p", { class: "note" }, "Nothing, or its workers say no schema."),
        operation.reply && [element("h3", null, "Reply"), viewSchema({ root: operation.reply, schema: operation.reply })]));
  }

  load();
  return {
    title: method === undefined ? "Try" : `Try ${method}`,
    page: "try",
    element: view,
    keys,
    snapshot: (fleet) => {
      const rows = fleet.services.filter((row) => row.instances > 0 || row.name === service);
      if (service === undefined && rows.length > 0) {
        location.replace(addressOfTry(rows[0].name));
        return;
      }
      if (rows.map((row) => row.name).join() !== names.dataset.names) {
        names.dataset.names = rows.map((row) => row.name).join();
        names.replaceChildren(...(rows.length === 0
          ? [empty(fleet.isKnown ? "No workers announce themselves" : "Calling the roll of the services…", element("p", null, "An operation can be tried when a worker of its service is alive."))]
          : rows.map((row) => element("a", { href: addressOfTry(row.name), "aria-current": row.name === service ? "page" : undefined }, row.name))));
      }
    },
    leave: () => sending?.abort(),
  };
}

/** Shows what comes back. */
class Outcome {
  #status = element("p", { class: "status waiting", role: "status" }, element("strong", null, "Waiting…"));
  #content = element("div", { class: "stack tight" });
  #items = element("ol", { class: "items", tabindex: "0", "aria-label": "Items" });
  #count = 0;
  #first = "";
  #ended = false;

  constructor(place) {
    place.replaceChildren(this.#status, this.#content);
  }

  take({ item, itemBytes, end }) {
    if (item !== undefined) {
      this.#count++;
      this.#first = this.#count === 1 ? item : this.#first;
      this.#items.append(element("li", null, viewLine(item), itemBytes && element("span", { class: "note" }, ` … of ${count(itemBytes)} bytes`)));
      if (this.#count === 2) {
        this.#content.replaceChildren(this.#items);
      } else if (this.#count === 1) {
        this.#content.replaceChildren(viewJson(item));
      }
      this.#say("good", this.#count > 1 ? `${count(this.#count)} items` : "", "");
    }
    if (end) {
      this.#ended = true;
      this.#end(end);
    }
  }

  closed() {
    if (!this.#ended) {
      this.#say("bad", "Cut off", "the server dropped the connection");
    }
  }

  cancelled() {
    this.#say("stopped", "Cancelled", this.#count > 0 ? `after ${count(this.#count)} items` : "");
  }

  broke(error) {
    this.#say("bad", "No outcome", "");
    this.#content.append(troubleOf(error));
  }

  #end(end) {
    const isGood = end.status === "OK";
    this.#say(isGood ? "good" : "bad", end.accepted ? "Accepted" : end.status, `${latency(end.milliseconds)}${this.#count > 1 ? `, ${count(this.#count)} items` : ""}`);
    const more = [["Reason", end.reason], ["Fault", end.fault], ["Correlation id", end.correlationId], ["Message id", end.messageId], ["May have run", isGood ? undefined : end.mayHaveRun ? "yes, or it may still be running" : "no"]].filter(([, value]) => value);
    const pairs = (entries) => element("dl", { class: "pairs" }, entries.map(([name, value]) => [element("dt", null, name), element("dd", null, value)]).flat());
    if (!isGood) {
      this.#content.append(element("div", { class: "trouble" }, element("p", null, end.detail ?? "It failed."), end.remedy && element("p", { class: "remedy" }, end.remedy), pairs(more), end.fields && viewJson(end.fields)));
      return;
    }
    if (end.accepted) {
      this.#content.append(element("p", { class: "note" }, "The broker has it safe. It will be run, at least once."), pairs(more));
    } else if (end.detail) {
      this.#content.append(element("p", { class: "note" }, end.detail));
    } else if (this.#count === 0) {
      this.#content.append(element("p", { class: "note" }, "Done; there is nothing to reply."));
    }
    const metadata = [...Object.entries(end.headers ?? {}), ...Object.entries(end.trailers ?? {})];
    if (metadata.length > 0) {
      this.#content.append(disclosure("Response headers", { class: "part" }, () => pairs(metadata)));
    }
  }

  #say(kind, text, detail) {
    this.#status.className = `status ${kind}`;
    this.#status.replaceChildren(element("strong", null, text || "Replying…"), detail ? ` ${detail}` : "");
  }
}
