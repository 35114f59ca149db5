import { shownStore } from "../../output/shown-store.js";
import type { Budget } from "./budget.js";
import type { DecidedFile } from "./decide.js";
import { DEMO_AGENT } from "./events.js";
import { CODECS, DEFAULT_CODEC } from "./files/codec.js";
import type { PickedFiles } from "./files/pick-files.js";
import type { Learning } from "./learn.js";
import { type Rate, rateOf } from "./rate.js";

/** Everything a run of the demonstration found out; with `--json` all of its output. */
export interface DemoReport {
  readonly seed: number;
  readonly folder: string;
  /** Where the learned policies were kept; null when they were removed at the end. */
  readonly store: string | null;
  readonly agentId: string;
  /** Whether a signal ended the run early; the figures then cover what was done. */
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly codecs: readonly string[];
  readonly files: {
    readonly found: number;
    readonly training: number;
    readonly heldOut: number;
    readonly copies: number;
    readonly unreadable: number;
  };
  readonly budgets: readonly BudgetReport[];
  readonly learning: Learning;
  readonly deciding: {
    readonly served: Rate;
    /** A policy that passed once and did not any more: followed all the same. */
    readonly suggested: Rate;
    readonly abstained: Rate;
    /** The codec used where the cache abstained. */
    readonly fallback: string;
  };
  readonly comparison: Comparison;
  readonly states: readonly StateReport[];
}

export interface BudgetReport {
  readonly size: string;
  readonly maxShare: number;
  readonly maxMsPerKib: number;
  readonly maxTimeInGzip6: number;
  readonly gzip6MsPerKib: number;
}

/** All rates are over the same held-out files. */
export interface Comparison {
  /** Files that any codec was right for. */
  readonly bestInHindsight: Rate;
  readonly policyCache: Rate;
  /** One codec for everything, the most often right first. */
  readonly always: readonly CodecRate[];
  /** The first of `always`: the strongest rival, chosen with hindsight. */
  readonly bestCodec: CodecRate;
  /** Files that PolicyCache was right for and `bestCodec` was not. */
  readonly onlyPolicyCache: number;
  /** The reverse. */
  readonly onlyBestCodec: number;
}

export interface CodecRate extends Rate {
  readonly codec: string;
}

export interface StateReport {
  readonly kind: string;
  readonly size: string;
  readonly files: number;
  readonly right: number;
  readonly rightInHindsight: number;
  readonly abstained: number;
  /** How many files each codec was used for. */
  readonly used: Readonly<Record<string, number>>;
}

export interface DemoRun {
  readonly seed: number;
  readonly folder: string;
  readonly store: string | undefined;
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly picked: PickedFiles;
  readonly budgets: readonly Budget[];
  readonly learning: Learning;
  readonly decided: readonly DecidedFile[];
}

export function demoReport(run: DemoRun): DemoReport {
  const { seed, folder, interrupted, seconds, picked, learning, decided } = run;
  const { found, copies, unreadable } = picked;
  const ofKind = (kind: DecidedFile["kind"]) => rateOfFiles(decided.filter((file) => file.kind === kind));
  return {
    seed,
    folder,
    store: run.store === undefined ? null : shownStore(run.store),
    agentId: DEMO_AGENT,
    interrupted,
    seconds,
    codecs: CODECS.map(({ name }) => name),
    files: { found, training: picked.training.length, heldOut: picked.heldOut.length, copies, unreadable },
    budgets: run.budgets.map(({ sizeClass, maxMsPerKib, gzip6MsPerKib }) => {
      const { name: size, maxShare, maxTimeInGzip6 } = sizeClass;
      return { size, maxShare, maxMsPerKib, maxTimeInGzip6, gzip6MsPerKib };
    }),
    learning,
    deciding: {
      served: ofKind("serve"),
      suggested: ofKind("suggest"),
      abstained: ofKind("abstain"),
      fallback: DEFAULT_CODEC.name,
    },
    comparison: compare(decided),
    states: statesOf(decided),
  };
}

function compare(decided: readonly DecidedFile[]): Comparison {
  const count = (isCounted: (file: DecidedFile) => boolean) => decided.filter(isCounted).length;
  const always = CODECS.map(({ name }) => ({
    codec: name,
    ...rateOf(
      count(({ rightCodecs }) => rightCodecs.has(name)),
      decided.length,
    ),
  })).sort((left, right) => right.right - left.right);
  const bestCodec = always.reduce((best, one) => (one.right > best.right ? one : best));
  const rightWithBest = ({ rightCodecs }: DecidedFile) => rightCodecs.has(bestCodec.codec);
  return {
    bestInHindsight: rateOf(
      count(({ rightCodecs }) => rightCodecs.size > 0),
      decided.length,
    ),
    policyCache: rateOfFiles(decided),
    always,
    bestCodec,
    onlyPolicyCache: count((file) => file.right && !rightWithBest(file)),
    onlyBestCodec: count((file) => !file.right && rightWithBest(file)),
  };
}

function rateOfFiles(decided: readonly DecidedFile[]): Rate {
  return rateOf(decided.filter(({ right }) => right).length, decided.length);
}

type FilesOfState = [DecidedFile, ...DecidedFile[]];

/** Small files first, and by kind within a size class. */
function statesOf(decided: readonly DecidedFile[]): readonly StateReport[] {
  const states = new Map<string, FilesOfState>();
  for (const one of decided) {
    const state = `${one.file.sizeClass.name} ${one.file.kind}`;
    const files = states.get(state);
    if (files === undefined) states.set(state, [one]);
    else files.push(one);
  }
  return [...states.values()].sort(bySizeThenKind).map(stateReport);
}

function bySizeThenKind([{ file: left }]: FilesOfState, [{ file: right }]: FilesOfState): number {
  const distance = left.sizeClass.minBytes - right.sizeClass.minBytes;
  return distance === 0 ? left.kind.localeCompare(right.kind, "en") : distance;
}

function stateReport(files: FilesOfState): StateReport {
  const [{ file }] = files;
  const used: Record<string, number> = {};
  for (const { codec } of files) used[codec] = (used[codec] ?? 0) + 1;
  return {
    kind: file.kind,
    size: file.sizeClass.name,
    files: files.length,
    right: files.filter(({ right }) => right).length,
    rightInHindsight: files.filter(({ rightCodecs }) => rightCodecs.size > 0).length,
    abstained: files.filter(({ kind }) => kind === "abstain").length,
    used,
  };
}
