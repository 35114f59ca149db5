import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** By convention, 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * A temporary folder and servers, gone when the run is over, also when it is interrupted. Whoever makes one removes it in
 * a `finally`.
 */
export class Scratch {
  /** Set once its removal is provided for. */
  folder;
  #servers = [];
  #onSignal = (signal) => {
    process.stderr.write("\n");
    process.exit(EXIT_CODES[signal]); // what is left is removed on exit
  };
  #onExit = () => {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  };

  constructor() {
    for (const signal of Object.keys(EXIT_CODES)) process.once(signal, this.#onSignal);
    process.once("exit", this.#onExit);
    this.folder = mkdtempSync(join(tmpdir(), "policycache-bench-"));
  }

  /** @param server - with `stop`; it ends itself when the process exits. @returns the same */
  add(server) {
    this.#servers.push(server);
    return server;
  }

  async remove() {
    for (const server of this.#servers) await server.stop();
    for (const signal of Object.keys(EXIT_CODES)) process.removeListener(signal, this.#onSignal);
    process.removeListener("exit", this.#onExit);
    this.#onExit();
  }
}
