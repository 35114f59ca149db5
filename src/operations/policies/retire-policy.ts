import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { ownDecisionsIn } from "../evidence/actions/own-decisions.js";
import { noteMoment } from "../evidence/history.js";
import { countsInForce, isOutOfService, isRetired, putOutOfForce, restoreAll, retire } from "../evidence/retirement.js";
import { appendEvent } from "../records/record.js";
import type { RecordKeys } from "../records/record-keys.js";

export interface RetirementInput {
  readonly keys: {
    /** Records of the state: the evidence and the policies of its actions. */
    readonly state: string;
    /** Records of how the evidence of the pair came about. */
    readonly history: string;
  };
  readonly evidenceId: string;
  readonly record: RecordKeys;
  readonly historyLength: number;
  readonly nowSeconds: number;
}

export interface RetireInput extends RetirementInput {
  /** Not "". */
  readonly reason: string;
}

/** Retires a policy by name. @returns false when there is no such policy, or it is retired already */
export const retirePolicy: Operation<RetireInput, boolean> = {
  name: "retire-policy",
  access: "write",
  execute(keyspace, input) {
    const policy = keyspace.getRecord(input.record.keys.records, input.record.id);
    if (policy === undefined) return false;
    // A policy that was created by hand has no evidence yet.
    const evidence = evidenceOf(keyspace, input) ?? { successes: 0, trials: 0, hasPolicy: true };
    if (isRetired(evidence)) return false;
    retireNow(keyspace, input, policy, evidence);
    return true;
  },
};

function retireNow(keyspace: Keyspace, input: RetireInput, policy: Fields, evidence: Fields): void {
  const { keys, evidenceId, record, reason, historyLength, nowSeconds } = input;
  retire(evidence, reason, ownDecisionsIn(keyspace, keys.state, evidenceId, evidence), nowSeconds);
  keyspace.putRecord(keys.state, evidenceId, evidence);
  noteMoment(keyspace, keys.history, evidence, "retired", reason, nowSeconds, historyLength);
  appendEvent(keyspace, record, policy, "retire", { reason }, nowSeconds);
}

function evidenceOf(keyspace: Keyspace, { keys, evidenceId }: RetirementInput): Fields | undefined {
  return keyspace.getRecord(keys.state, evidenceId);
}

/** `startedOver`: there was no policy in service, but outcomes that would have counted for one. */
export type Invalidated = "retired" | "startedOver" | "nothing";

/** As {@link retirePolicy}; where no policy is in service, only outcomes from here on count for one. */
export const invalidatePair: Operation<RetireInput, Invalidated> = {
  name: "invalidate-pair",
  access: "write",
  execute(keyspace, input) {
    const { keys, evidenceId, record, reason, historyLength, nowSeconds } = input;
    const policy = keyspace.getRecord(record.keys.records, record.id);
    const none: Fields = { successes: 0, trials: 0 };
    if (policy !== undefined) none.hasPolicy = true;
    const evidence = evidenceOf(keyspace, input) ?? none;
    if (policy !== undefined && !isRetired(evidence)) {
      retireNow(keyspace, input, policy, evidence);
      return "retired";
    }
    if (countsInForce(evidence).trials === 0) return "nothing";
    putOutOfForce(evidence, ownDecisionsIn(keyspace, keys.state, evidenceId, evidence), nowSeconds);
    keyspace.putRecord(keys.state, evidenceId, evidence);
    noteMoment(keyspace, keys.history, evidence, "startedOver", reason, nowSeconds, historyLength);
    return "startedOver";
  },
};

/**
 * Takes a retirement back, as if it had been a mistake: all outcomes ever counted are in force again, and are the past
 * that later ones are held against. @returns false when there is no such policy, or it is not retired
 */
export const restorePolicy: Operation<RetirementInput, boolean> = {
  name: "restore-policy",
  access: "write",
  execute(keyspace, input) {
    const { keys, evidenceId, record, historyLength, nowSeconds } = input;
    const evidence = evidenceOf(keyspace, input);
    if (evidence === undefined || !isOutOfService(evidence)) return false;
    const policy = keyspace.getRecord(record.keys.records, record.id);
    if (policy === undefined) return false;
    restoreAll(evidence);
    keyspace.putRecord(keys.state, evidenceId, evidence);
    noteMoment(keyspace, keys.history, evidence, "restored", "", nowSeconds, historyLength);
    appendEvent(keyspace, record, policy, "restore", {}, nowSeconds);
    return true;
  },
};
