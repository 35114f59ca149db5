import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { numbersField, textsField, withAt, without } from "../records/fields.js";

// Blocks lie on the evidence of their pair, where deciding reads anyway, as lists with one place for each block. Nothing that
// counts outcomes touches them.

/** Actions of a pair that can be blocked one by one. */
export const MOST_BLOCKS = 100;

export interface UnblockInput {
  readonly keys: {
    /** Records of the state: the evidence and the policies of its actions. */
    readonly state: string;
  };
  readonly evidenceId: string;
  /** Canonical JSON of the parameters; "" for the whole type. */
  readonly spec: string;
}

export interface BlockInput extends UnblockInput {
  readonly keys: UnblockInput["keys"] & { readonly states: string; readonly agents: string };
  readonly agentId: string;
  readonly stateFingerprint: string;
  /** As canonical JSON. */
  readonly stateFeatures: string;
  readonly stateDigest: string;
  /** Id of the policy of the pair. */
  readonly policyId: string;
  /** Not "". */
  readonly reason: string;
  /** Unix seconds; 0 for ever. */
  readonly until: number;
  readonly nowSeconds: number;
}

/** `otherState`: what is on record is of another state with the same fingerprint. `full`: too many blocks of one pair. */
export type Blocked = "blocked" | "unchanged" | "otherState" | "full";

/** Blocks an action, also one that was never taken. A block of the same action is replaced when it says something else. */
export const blockAction: Operation<BlockInput, Blocked> = {
  name: "block-action",
  access: "write",
  execute(keyspace, input) {
    const { keys, evidenceId, spec, reason, until, nowSeconds } = input;
    if (isOfAnotherState(keyspace, input)) return "otherState";
    const evidence = keyspace.getRecord(keys.state, evidenceId) ?? evidenceOfNothing(keyspace, input);
    const specs = textsField(evidence, "blockedSpecs");
    const reasons = textsField(evidence, "blockedReasons");
    const untils = numbersField(evidence, "blockedUntil");
    const place = placeOf(specs, spec);
    if (reasons[place] === reason && untils[place] === until) return "unchanged";
    if (place >= MOST_BLOCKS) return "full";
    evidence.blockedSpecs = withAt(specs, place, spec);
    evidence.blockedReasons = withAt(reasons, place, reason);
    evidence.blockedUntil = withAt(untils, place, until);
    evidence.blockedAt = withAt(numbersField(evidence, "blockedAt"), place, nowSeconds);
    keyspace.putRecord(keys.state, evidenceId, evidence);
    return "blocked";
  },
};

/** Takes a block away. @returns false when there is none of this very action */
export const unblockAction: Operation<UnblockInput, boolean> = {
  name: "unblock-action",
  access: "write",
  execute(keyspace, { keys, evidenceId, spec }) {
    const evidence = keyspace.getRecord(keys.state, evidenceId);
    if (evidence === undefined) return false;
    const specs = textsField(evidence, "blockedSpecs");
    const place = placeOf(specs, spec);
    if (place === specs.length) return false;
    const kept: Fields = {};
    for (const name in evidence) {
      const value = evidence[name];
      if (value !== undefined && !isOfBlocks(name)) kept[name] = value;
    }
    if (specs.length > 1) {
      kept.blockedSpecs = without(specs, place);
      kept.blockedReasons = without(textsField(evidence, "blockedReasons"), place);
      kept.blockedUntil = without(numbersField(evidence, "blockedUntil"), place);
      kept.blockedAt = without(numbersField(evidence, "blockedAt"), place);
    }
    keyspace.putRecord(keys.state, evidenceId, kept);
    return true;
  },
};

function isOfBlocks(name: string): boolean {
  return name === "blockedSpecs" || name === "blockedReasons" || name === "blockedUntil" || name === "blockedAt";
}

function isOfAnotherState(keyspace: Keyspace, { keys, stateDigest }: BlockInput): boolean {
  for (const { fields } of keyspace.listRecords(keys.state)) {
    if (fields.stateDigest !== undefined) return fields.stateDigest !== stateDigest;
  }
  return false;
}

/** Of a pair without outcomes. A policy that was created by hand has no evidence yet. */
function evidenceOfNothing(keyspace: Keyspace, input: BlockInput): Fields {
  const { keys, agentId, stateFingerprint, stateFeatures, stateDigest, policyId } = input;
  keyspace.addToSet(keys.agents, agentId);
  keyspace.addToSet(keys.states, stateFingerprint);
  const evidence: Fields = { successes: 0, trials: 0, stateDigest };
  if (keyspace.getRecord(keys.state, policyId) === undefined) evidence.stateFeatures = stateFeatures;
  else evidence.hasPolicy = true;
  return evidence;
}

/** @returns the place after the last one when there is no such block */
function placeOf(specs: readonly string[], spec: string): number {
  for (let place = 0; place < specs.length; place += 1) if (specs[place] === spec) return place;
  return specs.length;
}
