/** A wait that can be held; what was left of it goes on when every hold is let go. */
export class Countdown {
  readonly #then: () => void;
  #left: number;
  #since = 0;
  #holds = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, then: () => void) {
    this.#left = ms;
    this.#then = then;
    this.#run();
  }

  hold(): void {
    this.#holds += 1;
    if (this.#holds > 1) return;
    this.stop();
    this.#left -= Date.now() - this.#since;
  }

  letGo(): void {
    if (this.#holds === 0) return;
    this.#holds -= 1;
    if (this.#holds === 0) this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#since = Date.now();
    this.#timer = setTimeout(this.#then, this.#left);
  }
}
