const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first SIGINT or SIGTERM as an abort signal; the second one ends the process as usual. */
export class Interruption {
  readonly #controller = new AbortController();
  #exitCode: number | undefined;

  constructor(enabled: boolean) {
    if (!enabled) return;
    for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, this.#receive);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 128 plus the number of the signal received, as shells count; undefined when there was none. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  dispose(): void {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, this.#receive);
  }

  readonly #receive = (name: NodeJS.Signals): void => {
    this.#exitCode = name === "SIGTERM" ? SIGNALS.SIGTERM : SIGNALS.SIGINT;
    this.dispose();
    this.#controller.abort();
  };
}
