import { setImmediate as nextTurn } from "node:timers/promises";
import type { Decision, PolicyCache } from "../../../index.js";
import { type Budgets, limitsFor } from "./budget.js";
import { DEMO_AGENT, eventOf, outcomeName, stateOf } from "./events.js";
import { CODECS, type Codec, DEFAULT_CODEC } from "./files/codec.js";
import { measure } from "./files/measure.js";
import type { PickedFile } from "./files/pick-files.js";

/** One held-out file: what was decided for it, and what each codec would have achieved. */
export interface DecidedFile {
  readonly file: PickedFile;
  readonly kind: Decision["kind"];
  /** The decision's, or the default where it abstained. */
  readonly codec: string;
  readonly right: boolean;
  /** The codecs that met the budget on this file. */
  readonly rightCodecs: ReadonlySet<string>;
}

export interface DecidingOptions {
  readonly cache: PolicyCache;
  readonly heldOut: readonly PickedFile[];
  readonly budgets: Budgets;
  readonly interruption: AbortSignal;
  readonly onFile: (files: number) => void;
}

/**
 * Asks the cache for each file, applies the answer, measures and reports it; where the cache abstains, applies the
 * default and records that. Only then measures the other codecs, which the cache is never told about.
 */
export async function decideHeldOut(options: DecidingOptions): Promise<readonly DecidedFile[]> {
  const { cache, heldOut, budgets, interruption } = options;
  const decided: DecidedFile[] = [];
  for (const file of heldOut) {
    await nextTurn();
    if (interruption.aborted) break;
    const limits = limitsFor(file, budgets);
    const decision = await cache.decide({ agentId: DEMO_AGENT, state: stateOf(file) });
    const codec = codecOf(decision);
    const measurement = measure(codec, file.content, limits);
    if (decision.kind === "abstain") await cache.record(eventOf(file, codec, measurement));
    else await cache.report(decision.decisionId, { outcome: outcomeName(measurement) });
    const rightCodecs = new Set<string>();
    for (const one of CODECS) {
      const { right } = one === codec ? measurement : measure(one, file.content, limits);
      if (right) rightCodecs.add(one.name);
    }
    decided.push({ file, kind: decision.kind, codec: codec.name, right: measurement.right, rightCodecs });
    options.onFile(decided.length);
  }
  return decided;
}

function codecOf(decision: Decision): Codec {
  if (decision.kind === "abstain") return DEFAULT_CODEC;
  const codec = CODECS.find(({ name }) => name === decision.action.type);
  if (codec === undefined) throw new TypeError(`${decision.action.type} is no codec of the demonstration`);
  return codec;
}
