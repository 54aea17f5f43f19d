// Numbers and times as a person reads them. Everything that lives in a table has a fixed number of digits.

/** A rate: as many digits as matter. */
export function rate(value) {
  if (value === null || value === undefined) {
    return "–";
  }
  return value === 0 ? "0" : value < 0.01 ? "< 0.01" : value < 10 ? value.toFixed(2) : value < 1000 ? value.toFixed(1) : count(Math.round(value));
}

/** A time in milliseconds, in the largest unit that keeps it readable. */
export function latency(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) {
    return "–";
  }
  if (milliseconds < 1) {
    return milliseconds === 0 ? "0 ms" : `${Math.max(1, Math.round(milliseconds * 1000))} µs`;
  }
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

/** A count with its thousands apart. */
export function count(value) {
  return value === null || value === undefined ? "–" : value.toLocaleString("en").replaceAll(",", "\u202f");
}

/** A time span in seconds. */
export function span(seconds) {
  if (seconds < 60) {
    return `${Math.max(0, Math.round(seconds))} s`;
  }
  const units = [[86_400, "d"], [3600, "h"], [60, "min"]];
  const at = units.findIndex(([length]) => seconds >= length);
  const [length, name] = units[at];
  const whole = Math.floor(seconds / length);
  const [next, nextName] = units[at + 1] ?? [];
  const rest = next ? Math.floor((seconds % length) / next) : 0;
  return rest > 0 && whole < 10 ? `${whole} ${name} ${rest} ${nextName}` : `${whole} ${name}`;
}

/** How long ago a time was. */
export function ago(time) {
  if (!time) {
    return "–";
  }
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  return seconds < 5 ? "just now" : `${span(seconds)} ago`;
}

/** A time of day, with its date. */
export function moment(time) {
  return time ? new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" }) : "–";
}

export function bytes(value) {
  return value < 1024 ? `${value} B` : value < 1024 * 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

export function plural(number, name, many = `${name}s`) {
  return number === 1 ? `1 ${name}` : `${count(number)} ${many}`;
}

/** The server's names of kinds begin with a capital. */
export const camel = (name) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
