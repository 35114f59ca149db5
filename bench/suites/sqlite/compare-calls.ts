import { join } from "node:path";
import type { Library } from "../../harness/library.js";
import { mean, median, type OverRounds, overRounds, quantile } from "../../harness/statistics.js";
import { CALLS_PER_TURN, type CallKind, callKinds, microseconds } from "./call-kinds.js";
import { openStores } from "./stores.js";

export interface Build {
  readonly library: Library;
  /** A store that it has filled, of which copies are made: builds may differ in what they store. */
  readonly template: string;
}

export interface CompareOptions {
  readonly build: Build;
  /** Another one, which takes turns with it. */
  readonly other: Build | undefined;
  readonly folder: string;
  readonly policies: number;
  readonly rounds: number;
  readonly callsPerRound: number;
  /** Of each kind, before anything is counted: V8 takes some to optimise what they run through. */
  readonly warmUpCalls: number;
  readonly onProgress: (round: number) => void;
}

/** What calls of one kind took in one build. */
interface CallFigures {
  readonly callMicroseconds: OverRounds;
  readonly callP99Microseconds: OverRounds;
  readonly bareMicroseconds: OverRounds;
  readonly bareP99Microseconds: OverRounds;
  readonly ratio: OverRounds;
  /** Of the sums: takes in the calls that pay for a checkpoint. */
  readonly ratioOfMeans: OverRounds;
  readonly readsPerCall: number;
  readonly writesPerCall: number;
  readonly callsPerRound: number;
  /** What counting in the background took afterwards, per call. */
  readonly laterMicroseconds?: OverRounds;
  readonly met: boolean;
}

export type ComparedCall = CallFigures & {
  readonly name: string;
  readonly against: string;
  readonly goal: number;
  readonly other?: CallFigures & { readonly timesFaster: OverRounds };
};

/**
 * What a call costs beside the bare statements it cannot avoid. Every round takes turns, for each kind of call: some
 * calls, the bare statements of as many, and again.
 *
 * @returns one comparison per kind of call
 */
export async function compareCalls(options: CompareOptions): Promise<readonly ComparedCall[]> {
  const { build, other, folder, policies, rounds, callsPerRound, warmUpCalls, onProgress } = options;
  const stores = [await openStores(build.library, build.template, join(folder, "calls"))];
  if (other !== undefined) stores.push(await openStores(other.library, other.template, join(folder, "calls-other")));
  const [ours = [], theirs = []] = stores.map((store) => callKinds(store, policies));
  const results = ours.map((kind, index) => {
    return { kind, others: theirs.slice(index, index + 1), rounds: [] as Round[], otherRounds: [] as Round[] };
  });
  for (let round = 0; round <= rounds; round += 1) {
    for (const result of results) {
      const kinds = [result.kind, ...result.others];
      const [own, another] = await runRound(kinds, round === 0 ? warmUpCalls : callsPerRound);
      if (round === 0) continue;
      if (own !== undefined) result.rounds.push(own);
      if (another !== undefined) result.otherRounds.push(another);
    }
    onProgress(round);
  }
  for (const store of stores) await store.close();
  return results.map(({ kind: { name, against, goal }, rounds, otherRounds }) => {
    const comparison = { name, against, goal, ...summarise(rounds, goal) };
    if (otherRounds.length === 0) return comparison;
    const factors = rounds.map(({ calls }, round) => median(otherRounds[round]?.calls ?? []) / median(calls));
    return { ...comparison, other: { ...summarise(otherRounds, goal), timesFaster: overRounds(factors) } };
  });
}

interface Round {
  readonly calls: number[];
  readonly bare: number[];
  reads: number;
  writes: number;
  later?: number;
}

/** @param kinds - the same kind of call of each build */
async function runRound(kinds: readonly CallKind[], callsPerRound: number): Promise<readonly Round[]> {
  const rounds = kinds.map((kind) => ({ kind, round: { calls: [], bare: [], reads: 0, writes: 0 } as Round }));
  for (let made = 0; made < callsPerRound; made += CALLS_PER_TURN) {
    for (const { kind, round } of rounds) {
      const turn = await kind.turn();
      round.calls.push(...turn.calls);
      round.bare.push(...turn.bare);
      round.reads += turn.reads;
      round.writes += turn.writes;
    }
  }
  for (const { kind, round } of rounds) {
    if (kind.countLater === undefined) continue;
    const started = performance.now();
    await kind.countLater();
    round.later = microseconds(started) / round.calls.length;
  }
  return rounds.map(({ round }) => round);
}

function summarise(rounds: readonly Round[], goal: number): CallFigures {
  const over = (figure: (round: Round) => number) => overRounds(rounds.map(figure));
  const ratio = over(({ calls, bare }) => median(calls) / median(bare));
  const later = rounds.flatMap((round) => round.later ?? []);
  return {
    callMicroseconds: over(({ calls }) => median(calls)),
    callP99Microseconds: over(({ calls }) => quantile(calls, 0.99)),
    bareMicroseconds: over(({ bare }) => median(bare)),
    bareP99Microseconds: over(({ bare }) => quantile(bare, 0.99)),
    ratio,
    ratioOfMeans: over(({ calls, bare }) => mean(calls) / mean(bare)),
    readsPerCall: mean(rounds.map(({ reads, calls }) => reads / calls.length)),
    writesPerCall: mean(rounds.map(({ writes, calls }) => writes / calls.length)),
    callsPerRound: rounds[0]?.calls.length ?? 0,
    ...(later.length === 0 ? {} : { laterMicroseconds: overRounds(later) }),
    met: ratio.median <= goal,
  };
}
