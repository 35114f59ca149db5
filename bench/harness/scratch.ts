import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** By convention, 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
type EndingSignal = keyof typeof EXIT_CODES;
const SIGNALS: readonly EndingSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

interface Stoppable {
  readonly stop: () => Promise<void>;
}

/**
 * A temporary folder and servers, gone when the run is over, also when it is interrupted. Whoever makes one removes it in
 * a `finally`.
 */
export class Scratch {
  readonly folder: string;
  readonly #servers: Stoppable[] = [];
  readonly #onSignal = (signal: NodeJS.Signals) => {
    process.stderr.write("\n");
    process.exit(EXIT_CODES[signal as EndingSignal]); // what is left is removed on exit
  };
  readonly #onExit = () => {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  };

  constructor() {
    // Before there is a folder, so that it never stays.
    for (const signal of SIGNALS) process.once(signal, this.#onSignal);
    process.once("exit", this.#onExit);
    this.folder = mkdtempSync(join(tmpdir(), "policycache-bench-"));
  }

  /** @param server - it ends itself when the process exits. @returns the same */
  add<Server extends Stoppable>(server: Server): Server {
    this.#servers.push(server);
    return server;
  }

  async remove(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    for (const signal of SIGNALS) process.removeListener(signal, this.#onSignal);
    process.removeListener("exit", this.#onExit);
    this.#onExit();
  }
}
