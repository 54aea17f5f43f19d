// One operation: what it is, a form to try it, and what comes back.
import { asCurl, describeRequest, HeaderError, send } from "./call.js";
import { givesStream, takesStream } from "./document.js";
import { disclosure, duration, element, kindBadge } from "./dom.js";
import { findError, indent } from "./json.js";
import { Outcome } from "./outcome.js";
import { exampleOf, viewSchema } from "./schema.js";

const verbs = { call: "Call", command: "Send", replyStream: "Start", requestStream: "Upload", duplexStream: "Start" };

const texts = {
  call: "One request, one reply.",
  command: "One message, no reply: it is accepted when the broker has it safe, and runs at least once.",
  replyStream: "One request, a stream of replies.",
  requestStream: "A stream of requests, one reply. One JSON value a line.",
  duplexStream: "A stream of requests and a stream of replies. One JSON value a line; all of them are sent before replies are read here.",
};

/** Shows an operation. Returns its element, and what to do when it is left. */
export function viewOperation(operation) {
  let sending = null;
  const cancel = () => sending?.abort();
  const editor = viewEditor(operation, () => form.requestSubmit());
  const options = viewOptions(operation);
  const submit = element("button", { type: "submit", "aria-keyshortcuts": "Control+Enter" }, verbs[operation.kind] ?? "Call");
  const stop = element("button", { type: "button", class: "quiet", hidden: true, on: { click: cancel } }, "Cancel");
  const complaint = element("p", { class: "complaint", role: "alert" });
  const result = element("div", { class: "result" }, element("p", { class: "empty" }, "Nothing has been tried yet."));
  const form = element("form", { "aria-label": "Request", on: { submit: onSubmit } },
    editor.element,
    options.element,
    complaint,
    element("div", { class: "buttons" }, submit, stop, element("span", { class: "hint" }, element("kbd", null, "Ctrl"), " ", element("kbd", null, "Enter"))),
    viewCurl());

  async function onSubmit(event) {
    event.preventDefault();
    cancel();
    complaint.replaceChildren();
    let request;
    try {
      request = describeRequest(operation, options.read());
      new Headers(request.headers);
    } catch (error) {
      complaint.replaceChildren(error instanceof HeaderError ? error.message : `A header can't be sent: ${error.message}`);
      return;
    }
    const own = new AbortController();
    sending = own;
    stop.hidden = false;
    result.scrollIntoView({ block: "nearest" });
    await send(request, editor.body(), own.signal, new Outcome(result));
    if (sending === own) {
      sending = null;
      const hadFocus = document.activeElement === stop;
      stop.hidden = true;
      if (hadFocus) {
        submit.focus();
      }
    }
  }

  function viewCurl() {
    const text = element("pre", { tabindex: "0" });
    const made = disclosure("As a command line", { class: "part" }, () => text);
    const show = () => {
      try {
        text.replaceChildren(asCurl(describeRequest(operation, options.read()), editor.body()));
      } catch (error) {
        text.replaceChildren(error.message);
      }
    };
    made.addEventListener("toggle", show);
    editor.element.addEventListener("input", show);
    options.element.addEventListener("input", show);
    return made;
  }

  const view = element("article", null,
    element("p", { class: "crumb" }, element("a", { href: "#/", class: "back" }, "All operations"), element("span", null, operation.service)),
    element("h2", { tabindex: "-1" }, operation.name, " ", kindBadge(operation.kind)),
    element("p", { class: "lead" }, texts[operation.kind] ?? "This gateway doesn't know what it does."),
    viewFacts(operation),
    element("div", { class: "columns" },
      element("section", { "aria-label": "Try it" }, form),
      element("section", { class: "answer", "aria-label": "Outcome" }, result)),
    element("div", { class: "columns schemas" },
      viewSchemaPart(takesStream(operation) ? "Each item" : operation.kind === "command" ? "Message" : "Request", operation.request),
      operation.kind !== "command" && viewSchemaPart(givesStream(operation) ? "Each item of the reply" : "Reply", operation.reply)));
  return { element: view, leave: cancel };
}

function viewFacts(operation) {
  const facts = [
    ["Path", element("code", null, `POST ${operation.path}`)],
    ["Timeout", operation.timeout === undefined ? "the default" : duration(operation.timeout)],
    operation.idempotent && ["Idempotent", "yes: it may be retried"],
    operation.faults.length > 0 && ["Faults", operation.faults.join(", ")],
    ["Content types", operation.contentTypes.join(", ")],
  ].filter(Boolean);
  return element("dl", { class: "facts" }, facts.map(([name, value]) => element("div", null, element("dt", null, name), element("dd", null, value))));
}

function viewSchemaPart(title, schema) {
  return element("section", { "aria-label": `${title}: schema` },
    element("h3", null, title),
    schema === null ? element("p", { class: "note" }, "Nothing, or its workers say no schema.") : viewSchema(schema));
}

function viewEditor(operation, submit) {
  const isLines = takesStream(operation);
  const example = JSON.stringify(operation.request === null ? {} : exampleOf(operation.request), null, isLines ? undefined : 2);
  const initial = isLines ? `${example}\n${example}\n` : example;
  const note = element("span", { class: "note", id: "body-note" });
  const input = element("textarea", { id: "body", spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: isLines ? "off" : undefined, "aria-describedby": "body-note" });
  const check = () => {
    const lines = input.value.split("\n");
    input.rows = Math.min(24, Math.max(4, lines.length + 1));
    const errors = isLines
      ? lines.map((line, at) => [at + 1, line.trim() === "" ? null : findError(line)]).filter(([, error]) => error).map(([at, error]) => `Line ${at}: ${error}`)
      : input.value.trim() === "" ? [] : [findError(input.value)].filter(Boolean);
    note.textContent = errors[0] ?? "";
  };
  const set = (text) => {
    input.value = text;
    check();
  };
  set(initial);
  input.addEventListener("input", check);
  const change = (text) => {
    set(text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  };
  const made = element("div", { class: "editor" },
    element("div", { class: "bar" },
      element("label", { for: "body" }, isLines ? "Items, one a line" : "Body"),
      !isLines && element("button", { type: "button", class: "quiet", on: { click: () => change(indent(input.value)) } }, "Format"),
      element("button", { type: "button", class: "quiet", on: { click: () => change(initial) } }, "Example")),
    input,
    note);
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  });
  return { element: made, body: () => input.value };
}

function viewOptions(operation) {
  const timeout = element("input", { id: "timeout", type: "number", min: "1", step: "1", inputmode: "numeric", placeholder: operation.timeout ?? "default" });
  const messageId = element("input", { id: "message-id", type: "text", autocomplete: "off", spellcheck: "false", placeholder: "a new one" });
  const headers = element("textarea", { id: "headers", rows: "2", spellcheck: "false", autocomplete: "off", placeholder: "tenant: acme" });
  const made = element("details", { class: "part" },
    element("summary", null, "Timeout and headers"),
    element("div", { class: "options" },
      element("label", { for: "timeout" }, "Timeout in ms"), timeout,
      operation.kind === "command" && [element("label", { for: "message-id" }, "Message id"), messageId],
      element("label", { for: "headers" }, "Headers, one a line"), headers));
  return { element: made, read: () => ({ timeout: timeout.value, messageId: messageId.value, headers: headers.value }) };
}
