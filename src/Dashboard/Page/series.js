// What is plotted: a column for the times and one for each line, as long as the server remembers.
const names = ["rate", "failures", "median", "percentile99", "running", "waiting", "dead"];

export class Series {
  #last = -1;
  #capacity = 450;
  times = [];
  columns = Object.fromEntries(names.map((name) => [name, []]));

  load({ first, times, series, capacity }) {
    this.times = times;
    this.columns = series;
    this.#capacity = capacity;
    this.#last = first + times.length - 1;
  }

  /** Adds a snapshot, unless it is there. */
  add(number, at, row) {
    if (number <= this.#last || this.times.length === 0 && this.#last >= 0) {
      return;
    }
    if (this.times.length > 0 && number > this.#last + 1) {
      // What was missed is a gap, and no straight line.
      this.#push(at / 1000 - 1, {});
    }
    this.#push(at / 1000, row);
    this.#last = number;
    while (this.times.length > this.#capacity) {
      this.times.shift();
      names.forEach((name) => this.columns[name].shift());
    }
  }

  #push(time, row) {
    this.times.push(time);
    names.forEach((name) => this.columns[name].push(row[name] ?? null));
  }
}
