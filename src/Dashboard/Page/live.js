// The stream of snapshots. It is opened again whenever it breaks, and says whether what is shown is current.
import { addressOf } from "./api.js";

// A snapshot comes every 2 s: this long without one, something is wrong that nobody has said.
const patience = 9000;
const pause = 2000;

export class Live {
  #source = null;
  #service;
  #timer = 0;
  #state = "";
  #since = Date.now();

  /** @param onSnapshot gets each one. @param onOpen is told when the stream has begun, anew or for the first time. @param onState is told live or lost. */
  constructor({ onSnapshot, onOpen, onState }) {
    Object.assign(this, { onSnapshot, onOpen, onState });
    addEventListener("online", () => this.#open());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#state === "lost" && this.#open());
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#open());
  }

  /** Watches a service, or all of them where it is null. */
  watch(service) {
    if (this.#source === null || this.#service !== service) {
      this.#service = service;
      this.#open();
    }
  }

  #open() {
    this.#close();
    const source = new EventSource(addressOf("events", { service: this.#service }));
    this.#source = source;
    if (this.#state === "") {
      this.#say("connecting");
    }
    this.#await(source);
    let isFirst = true;
    source.addEventListener("message", (event) => {
      this.#await(source);
      this.#say("live");
      const snapshot = JSON.parse(event.data);
      if (isFirst) {
        isFirst = false;
        this.onOpen(snapshot);
      }
      this.onSnapshot(snapshot);
    });
    source.addEventListener("error", () => {
      // The browser gives up on some answers: here nothing is final.
      this.#say("lost");
      this.#close();
      this.#timer = setTimeout(() => this.#open(), pause);
    });
  }

  #await(source) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#source === source) {
        this.#say("lost");
        this.#open();
      }
    }, patience);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #say(state) {
    if (state !== this.#state) {
      this.#state = state;
      this.#since = Date.now();
      this.onState(state, this.#since);
    }
  }
}
