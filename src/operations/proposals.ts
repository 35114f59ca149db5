import type { Operation } from "../keyspace/engine.js";
import { textField } from "./fields.js";

/** Where recall proposals of one partition are kept: spec section 10. */
export interface ProposalKeys {
  /** Sorted index of record names by the time they were surfaced. */
  readonly proposals: string;
  /** Records with the reason of each, by name. */
  readonly reasons: string;
}

export interface SurfaceInput {
  readonly keys: ProposalKeys;
  readonly names: readonly string[];
  readonly reason: string;
  readonly nowSeconds: number;
}

/** Notes that records were put before someone. Changes nothing else. */
export const surface: Operation<SurfaceInput, number> = {
  name: "surface",
  access: "write",
  execute(keyspace, input) {
    for (const name of input.names) {
      keyspace.putScore(input.keys.proposals, name, input.nowSeconds);
      keyspace.putRecord(input.keys.reasons, name, { reason: input.reason });
    }
    return input.names.length;
  },
};

export interface Proposal {
  readonly name: string;
  readonly surfacedAtSeconds: number;
  readonly reason: string;
}

export interface PendingInput {
  readonly keys: ProposalKeys;
  readonly limit: number;
}

/** Open proposals, oldest first. */
export const getPending: Operation<PendingInput, readonly Proposal[]> = {
  name: "get-pending",
  access: "read",
  execute(keyspace, input) {
    const pending: Proposal[] = [];
    for (const { member, score } of keyspace.rangeByRank(input.keys.proposals, 0, input.limit - 1)) {
      const reason = keyspace.getRecord(input.keys.reasons, member);
      pending.push({
        name: member,
        surfacedAtSeconds: score,
        reason: reason === undefined ? "" : textField(reason, "reason", ""),
      });
    }
    return pending;
  },
};

export interface ResolveInput {
  readonly keys: ProposalKeys;
  readonly name: string;
}

/** Closes one proposal. @returns 1 when it was open, else 0 */
export const resolveProposal: Operation<ResolveInput, number> = {
  name: "resolve-proposal",
  access: "write",
  execute(keyspace, input) {
    keyspace.deleteRecord(input.keys.reasons, input.name);
    return keyspace.removeScore(input.keys.proposals, input.name) ? 1 : 0;
  },
};

export interface ExpireInput {
  readonly keys: ProposalKeys;
  /** Proposals surfaced at this time or before expire. */
  readonly upToSeconds: number;
  readonly limit: number;
}

/** Removes stale proposals, at most `limit` per call. @returns them, oldest first */
export const expireProposals: Operation<ExpireInput, readonly Proposal[]> = {
  name: "expire-proposals",
  access: "write",
  execute(keyspace, input) {
    const expired: Proposal[] = [];
    for (const { member, score } of keyspace.rangeUpToScore(input.keys.proposals, input.upToSeconds, input.limit)) {
      const reason = keyspace.getRecord(input.keys.reasons, member);
      expired.push({
        name: member,
        surfacedAtSeconds: score,
        reason: reason === undefined ? "" : textField(reason, "reason", ""),
      });
      keyspace.removeScore(input.keys.proposals, member);
      keyspace.deleteRecord(input.keys.reasons, member);
    }
    return expired;
  },
};
