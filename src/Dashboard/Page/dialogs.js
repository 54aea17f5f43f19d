// Dialogs (the browser keeps the focus in them, and Escape closes them) and short messages that go by themselves.
import { element } from "./dom.js";

/** Asks whether to go on. Resolves to true or false. */
export function confirmed({ title, text, action, isGrave = false }) {
  return new Promise((resolve) => {
    const cancel = element("button", { type: "button", class: "quiet", on: { click: () => dialog.close("") } }, "Cancel");
    const go = element("button", { type: "button", class: isGrave ? "grave" : undefined, on: { click: () => dialog.close("go") } }, action);
    const dialog = element("dialog", { "aria-labelledby": "dialog-title", "aria-describedby": "dialog-text" },
      element("h2", { id: "dialog-title" }, title), element("p", { id: "dialog-text" }, text), element("div", { class: "buttons end" }, cancel, go));
    open(dialog, () => resolve(dialog.returnValue === "go"));
    (isGrave ? cancel : go).focus();
  });
}

/** Shows content until it is closed. */
export function shown(title, ...content) {
  const close = element("button", { type: "button", class: "quiet", on: { click: () => dialog.close() } }, "Close");
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" }, element("h2", { id: "dialog-title" }, title), content, element("div", { class: "buttons end" }, close));
  open(dialog, () => {});
  close.focus();
}

export const isDialogOpen = () => document.querySelector("dialog[open]") !== null;

function open(dialog, closed) {
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.({ preventScroll: true });
    closed();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  document.body.append(dialog);
  dialog.showModal();
}

/** Says something for some seconds. */
export function toast(text, kind = "good") {
  const made = element("p", { class: `toast ${kind}` }, text);
  const place = document.getElementById("toasts");
  place.append(made);
  while (place.childElementCount > 3) {
    place.firstElementChild.remove();
  }
  setTimeout(() => made.remove(), kind === "bad" ? 12_000 : 6000);
}
