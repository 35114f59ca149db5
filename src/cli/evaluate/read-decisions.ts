import { type CheckedDecision, checkLoggedDecision } from "../../evaluation/logged-decision.js";
import { byteSize, integer } from "../format.js";
import { Complaints } from "../learn/complaints.js";
import { checkLine, MAX_LINE_BYTES, readJsonLine } from "../learn/event-line.js";
import { type EventSource, readChunks } from "../learn/event-source.js";
import { type Line, LineSplitter } from "../learn/line-splitter.js";
import type { Terminal } from "../terminal.js";

/** Reads the logged decisions of a file, again and again, in bounded memory. */
export class DecisionReader {
  readonly #source: EventSource;
  readonly #agentId: string | undefined;
  readonly #terminal: Terminal;
  #complaints: Complaints | undefined;

  /** @param agentId - decisions of other agents are passed over; undefined takes all */
  constructor(source: EventSource, agentId: string | undefined, terminal: Terminal) {
    this.#source = source;
    this.#agentId = agentId;
    this.#terminal = terminal;
  }

  /** Lines that hold no decision. */
  get rejected(): number {
    return this.#complaints?.count ?? 0;
  }

  /** Every decision in order. Lines that hold none are complained about at the first reading, and passed over. */
  async *read(): AsyncGenerator<CheckedDecision> {
    const isFirst = this.#complaints === undefined;
    const complaints = isFirst ? new Complaints(this.#terminal) : undefined;
    this.#complaints ??= complaints;
    const { sizeBytes } = this.#source;
    const label = isFirst ? "surveying" : "estimating";
    const progress = this.#terminal.progress({ label, ...(sizeBytes === undefined ? {} : { total: sizeBytes }) });
    const splitter = new LineSplitter(MAX_LINE_BYTES);
    let bytes = 0;
    let decisions = 0;
    const checked = function* (this: DecisionReader, lines: readonly Line[]) {
      for (const line of lines) {
        const decision = this.#decisionOf(line, complaints);
        if (decision === undefined) continue;
        decisions += 1;
        yield decision;
      }
    }.bind(this);
    try {
      for await (const chunk of readChunks(this.#source, new AbortController().signal)) {
        yield* checked(splitter.push(chunk));
        bytes += chunk.length;
        progress.update(bytes, `${byteSize(bytes)}  ${integer(decisions)} decisions`);
      }
      yield* checked(splitter.end());
    } finally {
      progress.stop();
      complaints?.finish();
    }
  }

  #decisionOf(line: Line, complaints: Complaints | undefined): CheckedDecision | undefined {
    const read = readJsonLine(line);
    if (read.kind === "empty") return undefined;
    const checked = read.kind === "json" ? checkLine(() => checkLoggedDecision(read.value)) : read;
    if (!("kind" in checked)) return this.#isWanted(checked) ? checked : undefined;
    complaints?.add(this.#source.name, line.number, checked.reason);
    return undefined;
  }

  #isWanted({ agentId }: CheckedDecision): boolean {
    return this.#agentId === undefined || agentId === this.#agentId;
  }
}
