import { checkKeyText, checkObject } from "../../common/checks.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { listMany, pageOfSet } from "../../operations/records/reading.js";
import type { Store } from "../../store/store.js";
import { DEFAULT_AGENT } from "../events/outcome-event.js";
import { type Evidence, evidenceOfState } from "../evidence/evidence.js";
import type { ServingRules } from "../evidence/serving-rules.js";
import { stateKey, statesKey } from "../outcome-keys.js";
import { isEvidenceId } from "../policy-entry.js";

/** Whose learned values to read, and how many at a time. */
export interface LearnedValuesOptions {
  /** Default "default". */
  readonly agentId?: string | undefined;
}

const OPTION_NAMES = namesOf<LearnedValuesOptions>({ agentId: true });

/** What an agent has learned of one state: the evidence of each action, with its value. */
export interface LearnedState {
  readonly stateFingerprint: string;
  readonly actions: readonly Evidence[];
}

const STATES_PER_READ = 200;

/** Everything an agent has learned, state by state in the order of their fingerprints. */
export function learnedValues(
  store: Store,
  options: LearnedValuesOptions,
  rules: ServingRules,
): AsyncGenerator<LearnedState> {
  refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const agentId = options.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", options.agentId);
  return readValues(store, agentId, rules);
}

async function* readValues(store: Store, agentId: string, rules: ServingRules): AsyncGenerator<LearnedState> {
  const shard = store.shardOf(agentId);
  let after = "";
  for (;;) {
    const page = { keys: { set: statesKey(agentId) }, prefix: "", after, limit: STATES_PER_READ };
    const fingerprints = await store.run(pageOfSet, page, shard);
    const states = fingerprints.map((fingerprint) => ({ keys: { records: stateKey(agentId, fingerprint) } }));
    const records = await store.run(listMany, { groups: states }, shard);
    for (const [index, stateFingerprint] of fingerprints.entries()) {
      const evidence = (records[index] ?? []).filter(({ id }) => isEvidenceId(id));
      yield { stateFingerprint, actions: evidenceOfState(evidence, rules) };
    }
    if (fingerprints.length < STATES_PER_READ) return;
    after = fingerprints.at(-1) ?? after;
  }
}
