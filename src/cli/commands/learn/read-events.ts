import type { PolicyCache } from "../../../cache/policy-cache.js";
import { CliError } from "../../output/cli-error.js";
import { byteSize, integer, plural } from "../../output/format.js";
import type { Terminal } from "../../output/terminal.js";
import { Complaints } from "./complaints.js";
import { EventBatch } from "./event-batch.js";
import { MAX_LINE_BYTES, readEventLine } from "./event-line.js";
import { type EventSource, readChunks } from "./event-source.js";
import { type Line, LineSplitter } from "./line-splitter.js";

export interface ReadEventsOptions {
  readonly sources: readonly EventSource[];
  /** Events per transaction. */
  readonly batchSize: number;
  /** What sets the ids of this run apart from those of others; "" for ids that are the same in every run. */
  readonly run: string;
  /** Stop at the first malformed line. */
  readonly strict: boolean;
  readonly terminal: Terminal;
  /** Ends the reading; what was read by then is recorded. */
  readonly interruption: AbortSignal;
}

export interface ReadEventsResult {
  readonly recorded: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly crystallized: number;
  readonly seconds: number;
}

/**
 * Reads sources line by line and records their events in order.
 *
 * @throws {@link CliError} MALFORMED_EVENT when strict, and INPUT_UNREADABLE; what came before is recorded then
 */
export async function readEvents(cache: PolicyCache, options: ReadEventsOptions): Promise<ReadEventsResult> {
  const reader = new EventReader(cache, options);
  try {
    for (const source of options.sources) await reader.read(source);
    return await reader.finish();
  } finally {
    reader.dispose();
  }
}

class EventReader {
  readonly #cache: PolicyCache;
  readonly #options: ReadEventsOptions;
  readonly #batch: EventBatch;
  readonly #complaints: Complaints;
  readonly #meter: Meter;

  constructor(cache: PolicyCache, options: ReadEventsOptions) {
    this.#cache = cache;
    this.#options = options;
    this.#batch = new EventBatch(cache, options.batchSize);
    this.#complaints = new Complaints(options.terminal);
    this.#meter = new Meter(options.terminal, totalBytes(options.sources));
  }

  async read(source: EventSource): Promise<void> {
    const splitter = new LineSplitter(MAX_LINE_BYTES);
    const onRead = (bytes: number) => this.#meter.advance(bytes);
    try {
      for await (const chunk of readChunks(source, this.#options.interruption, onRead)) {
        await this.#take(source, splitter.push(chunk));
        this.#meter.show(this.#batch.recorded + this.#batch.duplicates);
      }
    } catch (error) {
      if (error instanceof CliError && error.code === "INPUT_UNREADABLE") await this.finish();
      throw error;
    }
    // An interrupted source ends in the middle of a line.
    if (!this.#options.interruption.aborted) await this.#take(source, splitter.end());
  }

  async finish(): Promise<ReadEventsResult> {
    await this.#batch.record();
    await this.#cache.flush();
    this.#complaints.finish();
    const { recorded, duplicates, crystallized } = this.#batch;
    return { recorded, duplicates, crystallized, rejected: this.#complaints.count, seconds: this.#meter.seconds };
  }

  dispose(): void {
    this.#meter.stop();
  }

  async #take(source: EventSource, lines: readonly Line[]): Promise<void> {
    const nowSeconds = this.#cache.store.nowSeconds();
    for (const line of lines) {
      const read = readEventLine(line, nowSeconds, this.#options.run);
      if (read.kind === "event" && this.#batch.add(read.entry, read.bytes)) await this.#batch.record();
      if (read.kind === "malformed") await this.#reject(source, line, read.reason);
    }
  }

  async #reject({ name }: EventSource, { number }: Line, reason: string): Promise<void> {
    if (!this.#options.strict) {
      this.#complaints.add(name, number, reason);
      return;
    }
    await this.finish();
    const { recorded, duplicates } = this.#batch;
    const before = `${plural(recorded + duplicates, "event")} before it stay recorded`;
    throw new CliError("MALFORMED_EVENT", `${name}:${number}: ${reason} Stopped; ${before}.`, {
      file: name,
      line: number,
      reason,
      recorded,
      duplicates,
    });
  }
}

/** Shows how far the reading is and how fast it goes. */
class Meter {
  readonly #progress: ReturnType<Terminal["progress"]>;
  readonly #totalBytes: number | undefined;
  readonly #startedMs = performance.now();
  #bytes = 0;

  constructor(terminal: Terminal, total: number | undefined) {
    this.#totalBytes = total;
    this.#progress = terminal.progress({ label: "learning", ...(total === undefined ? {} : { total }) });
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  advance(bytes: number): void {
    this.#bytes += bytes;
  }

  show(events: number): void {
    const total = this.#totalBytes;
    const done = total === undefined ? this.#bytes : Math.min(this.#bytes, total);
    const amount = total === undefined ? byteSize(done) : `${byteSize(done)}/${byteSize(total)}`;
    this.#progress.update(done, `${amount}  ${integer(events)} events  ${integer(events / this.seconds)}/s`);
  }

  stop(): void {
    this.#progress.stop();
  }
}

/** Undefined when the size of one source is. */
function totalBytes(sources: readonly EventSource[]): number | undefined {
  let total = 0;
  for (const { sizeBytes } of sources) {
    if (sizeBytes === undefined) return undefined;
    total += sizeBytes;
  }
  return total;
}
