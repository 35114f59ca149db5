import {
  type CheckedDecision,
  checkLoggedDecision,
  DECISION_NAMES,
  type LoggedDecision,
} from "../../../evaluation/log/logged-decision.js";
import { byteSize, integer } from "../../output/format.js";
import { shownStore } from "../../output/shown-store.js";
import type { Terminal } from "../../output/terminal.js";
import { Complaints } from "../learn/complaints.js";
import { checkLine, MAX_LINE_BYTES, ownPartOf, readJsonLine } from "../learn/event-line.js";
import { type EventSource, readChunks } from "../learn/event-source.js";
import { type Line, LineSplitter } from "../learn/line-splitter.js";

/** Where logged decisions come from; they can be read again and again. */
export interface DecisionSource {
  /** How messages call it. */
  readonly name: string;
  /** Lines that hold no decision. */
  readonly rejected: number;
  /** Every wanted decision in order. */
  read(): AsyncGenerator<CheckedDecision>;
}

/** The decisions that a store remembers. */
export class RememberedDecisions implements DecisionSource {
  readonly name: string;
  readonly rejected = 0;
  readonly #decisions: readonly CheckedDecision[];

  constructor(log: readonly LoggedDecision[], { store, agent }: { readonly store: string; readonly agent?: string }) {
    this.name = shownStore(store);
    const decisions = log.map(checkLoggedDecision);
    this.#decisions = agent === undefined ? decisions : decisions.filter(({ agentId }) => agentId === agent);
  }

  async *read(): AsyncGenerator<CheckedDecision> {
    yield* this.#decisions;
  }
}

/** What a line becomes, and what the readings of a file are called while they go on. */
export interface DecisionReader<Decision> {
  readonly check: (line: unknown) => Decision;
  readonly labels: readonly [first: string, later: string];
}

/** For estimates. */
export const ESTIMATING: DecisionReader<CheckedDecision> = {
  check: checkLoggedDecision,
  labels: ["surveying", "estimating"],
};

/** The decisions of a file, one per line, in bounded memory. */
export class DecisionFile<Decision extends { readonly agentId: string }> {
  readonly #source: EventSource;
  readonly #reader: DecisionReader<Decision>;
  readonly #agentId: string | undefined;
  readonly #terminal: Terminal;
  #complaints: Complaints | undefined;

  /** @param agentId - decisions of other agents are passed over; undefined takes all */
  constructor(source: EventSource, reader: DecisionReader<Decision>, agentId: string | undefined, terminal: Terminal) {
    this.#source = source;
    this.#reader = reader;
    this.#agentId = agentId;
    this.#terminal = terminal;
  }

  get name(): string {
    return this.#source.name;
  }

  get rejected(): number {
    return this.#complaints?.count ?? 0;
  }

  /** Lines that hold no decision are complained about at the first reading, and passed over. */
  async *read(): AsyncGenerator<Decision> {
    const isFirst = this.#complaints === undefined;
    const complaints = isFirst ? new Complaints(this.#terminal) : undefined;
    this.#complaints ??= complaints;
    const { sizeBytes } = this.#source;
    const label = this.#reader.labels[isFirst ? 0 : 1];
    const progress = this.#terminal.progress({ label, ...(sizeBytes === undefined ? {} : { total: sizeBytes }) });
    const splitter = new LineSplitter(MAX_LINE_BYTES);
    let bytes = 0;
    let decisions = 0;
    const checked = function* (this: DecisionFile<Decision>, lines: readonly Line[]) {
      for (const line of lines) {
        const decision = this.#decisionOf(line, complaints);
        if (decision === undefined) continue;
        decisions += 1;
        yield decision;
      }
    }.bind(this);
    try {
      const onRead = (read: number) => {
        bytes += read;
      };
      for await (const chunk of readChunks(this.#source, new AbortController().signal, onRead)) {
        yield* checked(splitter.push(chunk));
        progress.update(bytes, `${byteSize(bytes)}  ${integer(decisions)} decisions`);
      }
      yield* checked(splitter.end());
    } finally {
      progress.stop();
      complaints?.finish();
    }
  }

  #decisionOf(line: Line, complaints: Complaints | undefined): Decision | undefined {
    const read = readJsonLine(line);
    if (read.kind === "empty") return undefined;
    const checked = read.kind === "json" ? checkLine(() => this.#reader.check(ownPartOf(read, DECISION_NAMES))) : read;
    if ("kind" in checked) {
      complaints?.add(this.#source.name, line.number, checked.reason);
      return undefined;
    }
    return this.#agentId === undefined || checked.agentId === this.#agentId ? checked : undefined;
  }
}
