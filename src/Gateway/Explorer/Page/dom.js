// Elements are made one by one, and text is only ever set as text: whatever a service says can't become markup.

/** Makes an element. Of the properties, `on` has listeners by event; the others are attributes. */
export function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) {
        made.addEventListener(event, listener);
      }
    } else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

/** A part that can be opened, whose content is made when it first is. */
export function disclosure(title, properties, fill) {
  const made = element("details", properties, element("summary", null, title));
  const open = () => {
    if (made.open && made.childElementCount === 1) {
      made.append(...[fill()].flat());
    }
  };
  made.addEventListener("toggle", open);
  open();
  return made;
}

/** What a kind of operation is called on the page. */
export const kinds = {
  call: "call",
  command: "command",
  replyStream: "stream",
  requestStream: "upload",
  duplexStream: "duplex",
};

export function kindBadge(kind) {
  return element("span", { class: `kind ${Object.hasOwn(kinds, kind) ? kind : ""}` }, kinds[kind] ?? "unknown");
}

/** A time in the largest unit that keeps it readable. */
export function duration(milliseconds) {
  if (milliseconds < 1) {
    return "under 1 ms";
  }
  if (milliseconds < 1000) {
    return `${Math.round(milliseconds)} ms`;
  }
  if (milliseconds < 60_000) {
    return `${Number((milliseconds / 1000).toFixed(2))} s`;
  }
  return `${Number((milliseconds / 60_000).toFixed(1))} min`;
}
