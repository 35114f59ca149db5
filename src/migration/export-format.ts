import { DataFormatError } from "../common/errors.js";
import type { MovedEntry, StoredItem, StreamState, Structure } from "../keyspace/port/transfer.js";
import { structureOf } from "../store/stored-key.js";

// An export is a text of JSON objects, one a line: a header, everything there is, and an end that proves it whole.

export const EXPORT_FORMAT = "policycache-export";
/** Raised whenever lines change shape. An export of a later version is refused. */
export const EXPORT_VERSION = 2;
/** What an import converts. */
const FORMER_EXPORT_VERSION = 1;

export interface HeaderLine {
  readonly kind: "header";
  readonly format: typeof EXPORT_FORMAT;
  readonly version: number;
  /** Shards of the store that was exported. */
  readonly shards: number;
  /** Unix seconds. */
  readonly exportedAtSeconds: number;
}

export type ItemLine = StoredItem & { readonly shard: number };

/** Comes before the entries of a stream. */
export interface StreamLine {
  readonly kind: "stream";
  readonly stream: string;
  /** The stream in each shard that has it. */
  readonly parts: readonly (StreamState & { readonly shard: number })[];
}

/** The entries of a stream come in the order of their ids, whatever their shards. */
export type EntryLine = MovedEntry & { readonly kind: "entry"; readonly shard: number; readonly stream: string };

export interface EndLine {
  readonly kind: "end";
  /** Lines before this one. */
  readonly lines: number;
  /** Of the bytes of these lines, line feeds included; in hexadecimal. */
  readonly sha256: string;
}

export type ContentLine = ItemLine | StreamLine | EntryLine;

/** What an export holds, counted. */
export interface TransferSummary {
  readonly shards: number;
  readonly records: number;
  /** Members of sorted indexes. */
  readonly scores: number;
  /** Members of sets. */
  readonly members: number;
  /** Bits that are 1. */
  readonly bits: number;
  readonly counters: number;
  readonly streams: number;
  readonly entries: number;
  /** Entries that a group was given and has not acknowledged, over all groups. */
  readonly pending: number;
}

export class TransferCounts {
  readonly #counts = { records: 0, scores: 0, members: 0, bits: 0, counters: 0, streams: 0, entries: 0, pending: 0 };

  add(line: ContentLine): void {
    const counts = this.#counts;
    if (line.kind === "record") counts.records += 1;
    else if (line.kind === "score") counts.scores += 1;
    else if (line.kind === "member") counts.members += 1;
    else if (line.kind === "bits") counts.bits += line.positions.length;
    else if (line.kind === "counter") counts.counters += 1;
    else if (line.kind === "stream") counts.streams += 1;
    else {
      if (line.fields !== undefined) counts.entries += 1;
      counts.pending += line.pending.length;
    }
  }

  summary(shards: number): TransferSummary {
    return { shards, ...this.#counts };
  }
}

const STRUCTURE_OF: Readonly<Record<StoredItem["kind"], Structure>> = {
  record: "records",
  score: "index",
  member: "set",
  bits: "bits",
  counter: "counter",
};

/** @throws {@link DataFormatError} for an item of a kind that this release does not know */
export function requireKnownKey({ kind, key }: StoredItem): void {
  structureOf(key, [STRUCTURE_OF[kind]]);
}

/** Whether what follows is in the format before. */
export function isFormer({ version }: HeaderLine): boolean {
  return version === FORMER_EXPORT_VERSION;
}

/** @throws {@link DataFormatError} for a line that begins no export this version can read */
export function checkHeader(line: unknown): HeaderLine {
  const { kind, format, version, shards } = line as Partial<HeaderLine>;
  if (kind !== "header" || format !== EXPORT_FORMAT) {
    throw new DataFormatError("This is no export of a PolicyCache store.", {
      hint: "Name a file that `policycache export` wrote.",
    });
  }
  if (version !== EXPORT_VERSION && version !== FORMER_EXPORT_VERSION) {
    throw new DataFormatError(`The export has version ${version}; this release reads version ${EXPORT_VERSION}.`, {
      hint: "Use the release that wrote it, or a later one.",
    });
  }
  if (!Number.isInteger(shards) || Number(shards) < 1)
    throw new DataFormatError("The export names no number of shards.");
  return line as HeaderLine;
}
