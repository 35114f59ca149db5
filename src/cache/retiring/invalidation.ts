import { checkKeyText, checkObject } from "../../common/checks.js";
import { splitParts } from "../../common/joined-parts.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { textField } from "../../operations/records/fields.js";
import { listMany, pageOfSet } from "../../operations/records/reading.js";
import type { Store } from "../../store/store.js";
import type { ActionTypeOf, AnyTypes, CacheTypes } from "../cache-types.js";
import { checkState, checkVersions } from "../events/check-event.js";
import { DEFAULT_AGENT, type GivenVersions, type Versions } from "../events/outcome-event.js";
import { stateKey, statesKey } from "../outcome-keys.js";
import type { PolicyIdentity } from "../policy-entry.js";
import { invalidateEvidence } from "./retirement.js";

/** Which actions: those of the agent that match everything given, with their policies. */
export interface InvalidationSelector<Types extends CacheTypes = AnyTypes> {
  /** Default "default". */
  readonly agentId?: string | undefined;
  /** Default: actions of all types. */
  readonly actionType?: ActionTypeOf<Types> | undefined;
  /** Default: in all states. */
  readonly state?: Types["state"] | undefined;
  /** Those that depend on each of these versions. */
  readonly dependsOn?: GivenVersions | undefined;
  /** Shown by `decide` and `explain`, at most 512 characters. Default "invalidated". */
  readonly reason?: string | undefined;
}

const SELECTOR_NAMES = namesOf<InvalidationSelector>({
  agentId: true,
  actionType: true,
  state: true,
  dependsOn: true,
  reason: true,
});

/** How many actions an invalidation has put out of force. */
export interface InvalidationResult {
  /** Policies that were in service and are retired now. */
  readonly retired: number;
  /** Actions without a policy in service whose outcomes until now count no more. */
  readonly startedOver: number;
}

const STATES_PER_READ = 200;

/**
 * Retires what matches, one policy at a time: when it fails midway, calling it again does the rest. Where no policy is in
 * service, what was counted until now is put out of force, so that it makes none with the next outcome.
 */
export async function invalidate(
  store: Store,
  given: InvalidationSelector,
  onRetired: (policy: PolicyIdentity, reason: string) => void,
): Promise<InvalidationResult> {
  const selector = refuseUnknownNames(checkObject("selector", given), SELECTOR_NAMES);
  const agentId = selector.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", selector.agentId);
  const actionType = selector.actionType === undefined ? undefined : checkKeyText("actionType", selector.actionType);
  const dependsOn = selector.dependsOn === undefined ? {} : checkVersions("dependsOn", selector.dependsOn);
  const reason = checkKeyText("reason", selector.reason ?? "invalidated");
  const only = selector.state === undefined ? undefined : checkState("state", selector.state).stateFingerprint;
  const counts = { retired: 0, startedOver: 0, nothing: 0 };
  for await (const { stateFingerprint, type, dependsOnJson } of pairs(store, agentId, only)) {
    if (actionType !== undefined && type !== actionType) continue;
    if (!dependsOnAll(dependsOnJson, dependsOn)) continue;
    const policy = { agentId, stateFingerprint, actionType: type };
    const invalidated = await invalidateEvidence(store, policy, reason);
    counts[invalidated] += 1;
    if (invalidated === "retired") onRetired(policy, reason);
  }
  return { retired: counts.retired, startedOver: counts.startedOver };
}

interface Pair {
  readonly stateFingerprint: string;
  readonly type: string;
  readonly dependsOnJson: string;
}

/** The pairs with evidence or a policy of one state, or of all states of the agent. */
async function* pairs(store: Store, agentId: string, only: string | undefined): AsyncGenerator<Pair> {
  for await (const fingerprints of only === undefined ? statesOf(store, agentId) : [[only]]) {
    const groups = fingerprints.map((fingerprint) => ({ keys: { records: stateKey(agentId, fingerprint) } }));
    const records = await store.run(listMany, { groups }, store.shardOf(agentId));
    for (const [index, stateFingerprint] of fingerprints.entries()) {
      const dependsOn = new Map<string, string>();
      for (const { id, fields } of records[index] ?? []) {
        const [, type = ""] = splitParts(id);
        const known = dependsOn.get(type) ?? "{}"; // a policy that was created by hand has no evidence
        dependsOn.set(type, textField(fields, "dependsOn", known));
      }
      for (const [type, dependsOnJson] of dependsOn) yield { stateFingerprint, type, dependsOnJson };
    }
  }
}

async function* statesOf(store: Store, agentId: string): AsyncGenerator<readonly string[]> {
  let after = "";
  for (;;) {
    const page = { keys: { set: statesKey(agentId) }, prefix: "", after, limit: STATES_PER_READ };
    const fingerprints = await store.run(pageOfSet, page, store.shardOf(agentId));
    yield fingerprints;
    if (fingerprints.length < STATES_PER_READ) return;
    after = fingerprints.at(-1) ?? after;
  }
}

function dependsOnAll(dependsOnJson: string, wanted: Versions): boolean {
  const versions = JSON.parse(dependsOnJson) as Versions;
  return Object.entries(wanted).every(([name, version]) => versions[name] === version);
}
