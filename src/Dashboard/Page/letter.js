// One dead letter: why it is here, what it says, and the way back.
import { act, ask } from "./api.js";
import { confirmed, toast } from "./dialogs.js";
import { disclosure, element } from "./dom.js";
import { BodyEditor, HeadersEditor } from "./editor.js";
import { ago, bytes, count, moment } from "./format.js";
import { shortType } from "./letters.js";
import { addressOfLetters, addressOfService, loading, troubleOf } from "./parts.js";

export function viewLetter(service, key) {
  const back = addressOfLetters(service);
  const place = element("div", { class: "stack" }, loading("Fetching the dead letter…"));
  const view = element("div", { class: "stack narrow" },
    element("p", { class: "crumb" }, element("a", { href: back }, "Dead letters"), element("a", { href: addressOfService(service) }, service)), place);
  const keys = { Escape: () => { location.hash = back; } };

  let failed = false;

  async function load() {
    failed = false;
    try {
      show(await ask("letter", { service, key }));
    } catch (error) {
      place.replaceChildren(troubleOf(error, load));
      failed = true;
    }
  }

  function show(letter) {
    const { row, body } = letter;
    const complaint = element("div", { class: "complaint" });
    const isJson = /[/+]json\b/i.test(letter.contentType ?? "application/json");
    const replay = element("button", { type: "button", "aria-keyshortcuts": "Control+Enter", on: { click: () => send() } }, "Replay");
    const remove = element("button", { type: "button", class: "quiet danger", on: { click: () => discard() } }, "Delete");
    let editor = null;
    let headers = null;
    const isChanged = () => editor?.isChanged === true || headers?.isChanged === true;
    const tell = () => {
      replay.textContent = isChanged() ? "Replay with changes" : "Replay";
    };
    editor = body.isEditable && !letter.readOnly ? new BodyEditor({ label: `Body, ${letter.contentType ?? "no content type"}`, text: body.text, isJson, onChange: () => tell() }) : null;
    headers = new HeadersEditor(letter.headers, { onChange: () => tell(), isFixed: letter.readOnly });

    async function send() {
      complaint.replaceChildren();
      if (editor?.isChanged && editor.error !== null
        && !await confirmed({ title: "The body is no JSON", text: `${editor.error}. Its handler will most likely fail again.`, action: "Replay all the same", isGrave: true })) {
        editor.input.focus();
        return;
      }
      const edited = isChanged();
      await run("letters/replay", { service, keys: [key], body: editor?.isChanged ? editor.text : undefined, headers: headers.isChanged ? headers.value : undefined },
        `${row.method ?? "The command"} was replayed${edited ? " with your changes" : ""}. If it fails again, it comes back here.`);
    }

    async function discard() {
      if (await confirmed({ title: "Delete this dead letter for good?", text: "Nobody can bring it back, and what it says will never be run.", action: "Delete", isGrave: true })) {
        await run("letters/delete", { service, keys: [key] }, `${row.method ?? "The command"} was deleted.`);
      }
    }

    async function run(path, request, text) {
      replay.disabled = remove.disabled = true;
      try {
        const { done } = await (await act(path, request)).json();
        toast(done > 0 ? text : "It was not there any more: somebody else has replayed or deleted it, or is looking at it just now.", done > 0 ? "good" : "bad");
        location.hash = back;
      } catch (error) {
        complaint.replaceChildren(troubleOf(error));
      }
      replay.disabled = remove.disabled = false;
    }

    const facts = [
      ["Reason", row.reason],
      ["Attempts", count(row.attempts)],
      ["First failure", row.firstFailure && [moment(row.firstFailure), element("span", { class: "note" }, ` ${ago(row.firstFailure)}`)]],
      ["Last failure", row.lastFailure && [moment(row.lastFailure), element("span", { class: "note" }, ` ${ago(row.lastFailure)}`)]],
      ["Worker", row.worker],
      ["Queue", row.queue],
      ["Message id", row.messageId ?? "none"],
      ["Size", `${bytes(row.bytes)}${letter.contentEncoding ? `, ${letter.contentEncoding}` : ""}`],
    ].filter(([, value]) => value);
    place.replaceChildren(
      element("header", { class: "title" }, element("h1", { tabindex: "-1" }, row.method ?? "(no operation)"),
        !letter.readOnly && element("div", { class: "buttons" }, replay, remove, element("span", { class: "hint" }, element("kbd", null, "Ctrl"), " ", element("kbd", null, "Enter"), " replays"))),
      complaint,
      element("section", { class: "why panel", "aria-label": "Why it failed" },
        element("p", { class: "type" }, row.exceptionType ? shortType(row.exceptionType) : row.reason),
        element("p", { class: "message" }, row.exceptionMessage ?? (row.exceptionType ? "It has no message." : "No exception was thrown: the broker or the worker put it here.")),
        row.exceptionType && element("p", { class: "note" }, row.exceptionType),
        element("dl", { class: "facts" }, facts.map(([name, value]) => element("div", null, element("dt", null, name), element("dd", null, value)))),
        letter.stackTrace && disclosure("Stack trace", { class: "part" }, () => element("pre", { tabindex: "0" }, letter.stackTrace)),
        letter.history.length > 0 && disclosure(`Was here ${letter.history.length === 1 ? "once" : `${letter.history.length} times`} before`, { class: "part" }, () => element("ol", { class: "past" }, letter.history.map((line) => element("li", null, line))))),
      element("section", { class: "panel padded", "aria-label": "The command" },
        editor ? editor.element : element("div", { class: "editor" }, element("div", { class: "bar" }, element("span", { class: "label" }, `Body, ${letter.contentType ?? "no content type"}`)), element("pre", { tabindex: "0", class: body.isText ? "" : "hex" }, body.text || " ")),
        body.note && element("p", { class: "note" }, body.note),
        headers.element));
    place.querySelector("h1").focus({ preventScroll: true });
    Object.assign(keys, { e: () => editor?.input.focus() });
    place.onkeydown = (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !letter.readOnly && !replay.disabled) {
        event.preventDefault();
        send();
      }
    };
  }

  load();
  let wasKnown = false;
  return {
    title: "Dead letter",
    page: "letters",
    element: view,
    keys,
    snapshot: (fleet) => {
      // It was asked for before the service was known, or while the broker was away.
      const isKnown = !fleet.trouble && fleet.services.some((row) => row.name === service && !row.trouble);
      if (failed && isKnown && !wasKnown) {
        load();
      }
      wasKnown = isKnown;
    },
  };
}
