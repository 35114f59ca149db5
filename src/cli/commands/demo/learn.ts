import { setImmediate as nextTurn } from "node:timers/promises";
import type { Evidence, PolicyCache } from "../../../index.js";
import { type Budgets, limitsFor } from "./budget.js";
import { DEMO_AGENT, eventOf, stateOf } from "./events.js";
import { CODECS, type Codec } from "./files/codec.js";
import { measure } from "./files/measure.js";
import type { PickedFile } from "./files/pick-files.js";
import { shuffled } from "./seeded-random.js";

export interface Learning {
  readonly files: number;
  readonly outcomes: number;
  readonly right: number;
  readonly policies: readonly LearnedPolicy[];
}

/** A policy at the moment it crystallized. */
export interface LearnedPolicy {
  readonly kind: string;
  readonly size: string;
  readonly codec: string;
  readonly successes: number;
  readonly trials: number;
  /** Wilson lower bound of the success rate. */
  readonly bound: number;
  /** Outcomes recorded until then, this one included. */
  readonly outcome: number;
}

export interface LearningOptions {
  readonly cache: PolicyCache;
  readonly training: readonly PickedFile[];
  readonly budgets: Budgets;
  readonly random: () => number;
  readonly interruption: AbortSignal;
  readonly onFile: (files: number) => void;
  readonly onPolicy: (policy: LearnedPolicy) => void;
}

const TRIES_PER_FILE = 3;

/**
 * Explores: tries some codecs on each training file and records what was measured. What is tried never depends on an
 * outcome, so one seed gives one order of events on any machine.
 */
export async function learn(options: LearningOptions): Promise<Learning> {
  const { cache, training, budgets, random, interruption } = options;
  const decks = new Map<string, Codec[]>();
  const policies: LearnedPolicy[] = [];
  let files = 0;
  let outcomes = 0;
  let right = 0;
  for (const file of training) {
    // Lets timers and signals in: compressing and the embedded store do not.
    await nextTurn();
    if (interruption.aborted) break;
    for (const codec of deal(decks, file, random)) {
      const measurement = measure(codec, file.content, limitsFor(file, budgets));
      // As `record`, which does not say whether a policy came of it.
      const { crystallized } = await cache.recordMany([eventOf(file, codec, measurement)]);
      outcomes += 1;
      right += measurement.right ? 1 : 0;
      if (crystallized === 0) continue;
      const { successes, trials, bound } = await evidenceOf(cache, file, codec);
      const { kind, sizeClass } = file;
      const policy = { kind, size: sizeClass.name, codec: codec.name, successes, trials, bound, outcome: outcomes };
      policies.push(policy);
      options.onPolicy(policy);
    }
    files += 1;
    options.onFile(files);
  }
  return { files, outcomes, right, policies };
}

/** The next codecs of a state's deck, which holds each once and is shuffled anew when used up: all get equal turns. */
function deal(decks: Map<string, Codec[]>, { kind, sizeClass }: PickedFile, random: () => number): readonly Codec[] {
  const state = `${kind} ${sizeClass.name}`;
  let deck = decks.get(state) ?? [];
  if (deck.length === 0) deck = shuffled(CODECS, random);
  const dealt = deck.splice(0, TRIES_PER_FILE);
  decks.set(state, deck);
  return dealt;
}

async function evidenceOf(cache: PolicyCache, file: PickedFile, codec: Codec): Promise<Evidence> {
  const { evidence } = await cache.explain({ agentId: DEMO_AGENT, state: stateOf(file) });
  const found = evidence.find(({ actionType }) => actionType === codec.name);
  if (found === undefined) throw new TypeError(`${codec.name} has just been recorded`);
  return found;
}
