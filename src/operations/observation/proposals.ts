import type { Operation } from "../../keyspace/port/engine.js";
import type { Keyspace } from "../../keyspace/port/keyspace.js";
import { textField, textsField } from "../records/fields.js";

/** Where recall proposals of one partition are kept: docs/primitives/observation-protocol.md. */
export interface ProposalKeys {
  /** Sorted index of record names by the time they were surfaced. */
  readonly proposals: string;
  /** Records with the reason of each, by name. */
  readonly reasons: string;
  /** Records with the partitions in which a record has an open proposal, by name: those of all partitions of a scope. */
  readonly surfaced: string;
}

/** The proposals of one partition. */
export interface ProposalPlace {
  readonly keys: ProposalKeys;
  readonly partition: string;
}

export interface SurfaceInput extends ProposalPlace {
  readonly records: readonly {
    readonly keys: { readonly records: string };
    readonly id: string;
    readonly name: string;
  }[];
  readonly reason: string;
  readonly nowSeconds: number;
}

/** Notes that records were put before someone; those not stored are skipped. Changes nothing else. @returns how many */
export const surface: Operation<SurfaceInput, number> = {
  name: "surface",
  access: "write",
  execute(keyspace, input) {
    const { keys, partition } = input;
    let surfaced = 0;
    for (const { name, id, keys: place } of input.records) {
      if (keyspace.getRecord(place.records, id) === undefined) continue;
      keyspace.putScore(keys.proposals, name, input.nowSeconds);
      keyspace.putRecord(keys.reasons, name, { reason: input.reason });
      const partitions = otherPartitions(keyspace, keys.surfaced, name, partition);
      partitions.push(partition);
      keyspace.putRecord(keys.surfaced, name, { partitions });
      surfaced += 1;
    }
    return surfaced;
  },
};

/** Partitions in which a record has an open proposal. */
export function surfacedIn(keyspace: Keyspace, surfacedKey: string, name: string): readonly string[] {
  return textsField(keyspace.getRecord(surfacedKey, name) ?? {}, "partitions");
}

function otherPartitions(keyspace: Keyspace, surfacedKey: string, name: string, partition: string): string[] {
  const others: string[] = [];
  for (const other of surfacedIn(keyspace, surfacedKey, name)) if (other !== partition) others.push(other);
  return others;
}

/** Removes the proposal of one record in one partition. @returns whether it was open */
export function closeProposal(keyspace: Keyspace, { keys, partition }: ProposalPlace, name: string): boolean {
  if (!keyspace.removeScore(keys.proposals, name)) return false;
  keyspace.deleteRecord(keys.reasons, name);
  const partitions = otherPartitions(keyspace, keys.surfaced, name, partition);
  if (partitions.length === 0) keyspace.deleteRecord(keys.surfaced, name);
  else keyspace.putRecord(keys.surfaced, name, { partitions });
  return true;
}

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

export interface ResolveInput extends ProposalPlace {
  readonly name: string;
}

/** Closes one proposal. @returns 1 when it was open, else 0 */
export const resolveProposal: Operation<ResolveInput, number> = {
  name: "resolve-proposal",
  access: "write",
  execute(keyspace, input) {
    return closeProposal(keyspace, input, input.name) ? 1 : 0;
  },
};

export interface ExpireInput extends ProposalPlace {
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
      closeProposal(keyspace, input, member);
    }
    return expired;
  },
};
