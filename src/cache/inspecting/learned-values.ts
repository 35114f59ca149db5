import { checkKeyText, checkObject } from "../../common/checks.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { listMany, pageOfSet } from "../../operations/records/reading.js";
import type { Store } from "../../store/store.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";
import { DEFAULT_AGENT } from "../events/outcome-event.js";
import { type Evidence, evidenceOfState } from "../evidence/evidence.js";
import type { ServingRules } from "../evidence/serving-rules.js";
import { stateKey, statesKey } from "../outcome-keys.js";
import { isEvidenceId } from "../policy-entry.js";
import { featuresOfState } from "./state-features.js";

/** Whose learned values to read, and from where on. */
export interface LearnedValuesOptions {
  /** Default "default". */
  readonly agentId?: string | undefined;
  /** The fingerprint of the last state that was read before. Default: from the first state on. */
  readonly after?: string | undefined;
}

const OPTION_NAMES = namesOf<LearnedValuesOptions>({ agentId: true, after: true });

/** What an agent has learned of one state: the evidence of each action, with its value. */
export interface LearnedState<Types extends CacheTypes = AnyTypes> {
  readonly stateFingerprint: string;
  /** What the agent knew; absent where the store does not keep it, such as beside a policy that was saved by hand. */
  readonly stateFeatures?: Types["state"];
  readonly actions: readonly Evidence[];
}

const STATES_PER_READ = 200;

/** Everything an agent has learned, state by state in the order of their fingerprints. */
export function learnedValues(
  store: Store,
  options: LearnedValuesOptions,
  rules: ServingRules,
): AsyncGenerator<LearnedState> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const agentId = given.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", given.agentId);
  const after = given.after === undefined ? "" : checkKeyText("after", given.after);
  return readValues(store, agentId, after, rules);
}

async function* readValues(
  store: Store,
  agentId: string,
  first: string,
  rules: ServingRules,
): AsyncGenerator<LearnedState> {
  const shard = store.shardOf(agentId);
  let after = first;
  for (;;) {
    const page = { keys: { set: statesKey(agentId) }, prefix: "", after, limit: STATES_PER_READ };
    const fingerprints = await store.run(pageOfSet, page, shard);
    const states = fingerprints.map((fingerprint) => ({ keys: { records: stateKey(agentId, fingerprint) } }));
    const records = await store.run(listMany, { groups: states }, shard);
    for (const [index, stateFingerprint] of fingerprints.entries()) {
      const known = records[index] ?? [];
      const stateFeatures = featuresOfState(stateFingerprint, known);
      const evidence = known.filter(({ id }) => isEvidenceId(id));
      yield {
        stateFingerprint,
        ...(stateFeatures === undefined ? {} : { stateFeatures }),
        actions: evidenceOfState(evidence, rules),
      };
    }
    if (fingerprints.length < STATES_PER_READ) return;
    after = fingerprints.at(-1) ?? after;
  }
}
