import { checkArray, checkKeyText, checkNumber, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { byScope, type RecordAccess } from "../../model/record-access.js";
import type { RecordPlaces } from "../../model/record-places.js";
import {
  expireProposals,
  getPending,
  type Proposal,
  type ProposalPlace,
  resolveProposal,
  surface,
} from "../../operations/observation/proposals.js";
import { storageKey } from "../../store/storage-keys.js";

export const DEFAULT_PARTITION = "default";

/** Where the open proposals of a partition are kept. */
export function proposalsOf(places: RecordPlaces, scope: string, partition: string): ProposalPlace {
  const { name } = places.model;
  const keys = {
    proposals: storageKey("proposals", name, scope, partition),
    reasons: storageKey("reasons", name, scope, partition),
    surfaced: surfacedKey(places, scope),
  };
  return { keys, partition };
}

/** Records with the partitions in which each record of the scope has an open proposal. */
export function surfacedKey({ model }: RecordPlaces, scope: string): string {
  return storageKey("surfaced", model.name, scope);
}

const MOST_PER_CALL = 1000;
const DEFAULT_TTL_SECONDS = 3600;

/** A record that was offered to an agent which has not yet said what became of it. */
export interface RecallProposal<Identity> {
  readonly identity: Identity;
  /** Unix seconds. */
  readonly surfacedAtSeconds: number;
  readonly reason: string;
}

/** Which proposals are meant. */
export interface ProposalOptions {
  /** Required of a model that has a scope, and of no other. */
  readonly scope?: string | undefined;
  /** Proposals of different partitions do not mix. Default "default". */
  readonly partition?: string | undefined;
}

/** Which proposals count as stale. */
export interface ExpireOptions extends ProposalOptions {
  /** How old. Seconds of at least 0. */
  readonly ttlSeconds?: number | undefined;
}

const PROPOSAL_NAMES = namesOf<ProposalOptions>({ scope: true, partition: true });
const EXPIRE_NAMES = namesOf<ExpireOptions>({ scope: true, partition: true, ttlSeconds: true });

/** Records put before someone, until they react or the proposal expires. */
export class RecallProposals<Identity> {
  readonly #records: RecordAccess<Identity>;

  constructor(records: RecordAccess<Identity>) {
    this.#records = records;
  }

  /**
   * Notes that records were put before someone, and changes nothing else. Records that are not stored are skipped.
   *
   * @returns how many were found
   */
  async onSurfaced(identities: readonly Identity[], reason: string, partition = DEFAULT_PARTITION): Promise<number> {
    const { store, layout } = this.#records;
    checkKeyText("partition", partition);
    if (typeof reason !== "string") throw new InvalidArgumentError("reason", reason, "a string");
    const places = checkArray("identities", identities).map((identity) => this.#records.place(identity));
    let surfaced = 0;
    for (const [scope, group] of byScope(places)) {
      const records = group.map(({ keys, id, name }) => ({ keys, id, name }));
      const input = { ...proposalsOf(layout, scope, partition), records, reason, nowSeconds: store.nowSeconds() };
      surfaced += await store.run(surface, input, store.shardOf(scope));
    }
    return surfaced;
  }

  /** Open proposals, oldest first, at most 1000. */
  async getPending(options: ProposalOptions = {}): Promise<readonly RecallProposal<Identity>[]> {
    const given = refuseUnknownNames(checkObject("options", options), PROPOSAL_NAMES);
    const { scope = "", partition = DEFAULT_PARTITION } = given;
    const { keys } = this.#place(scope, partition);
    const { store } = this.#records;
    const pending = await store.run(getPending, { keys, limit: MOST_PER_CALL }, store.shardOf(scope));
    return pending.map((proposal) => this.#expose(scope, proposal));
  }

  /** Closes a proposal. @returns 1 when it was open, else 0 */
  async resolve(identity: Identity, partition = DEFAULT_PARTITION): Promise<number> {
    const { store, layout } = this.#records;
    const { scope, name, shard } = this.#records.place(identity);
    const place = proposalsOf(layout, scope, checkKeyText("partition", partition));
    return store.run(resolveProposal, { ...place, name }, shard);
  }

  /** Removes proposals surfaced `ttlSeconds` ago or earlier: they count as deferred. @returns them, oldest first */
  async expireStale(options: ExpireOptions = {}): Promise<readonly RecallProposal<Identity>[]> {
    const given = refuseUnknownNames(checkObject("options", options), EXPIRE_NAMES);
    const { scope = "", partition = DEFAULT_PARTITION, ttlSeconds = DEFAULT_TTL_SECONDS } = given;
    checkNumber("ttlSeconds", ttlSeconds, (value) => value >= 0, "seconds of at least 0");
    const { store } = this.#records;
    const place = this.#place(scope, partition);
    const upToSeconds = store.nowSeconds() - ttlSeconds;
    const expired: RecallProposal<Identity>[] = [];
    for (;;) {
      const input = { ...place, upToSeconds, limit: MOST_PER_CALL };
      const page = await store.run(expireProposals, input, store.shardOf(scope));
      expired.push(...page.map((proposal) => this.#expose(scope, proposal)));
      if (page.length < MOST_PER_CALL) return expired;
    }
  }

  #place(scope: string, partition: string): ProposalPlace {
    const { layout } = this.#records;
    return proposalsOf(layout, layout.checkScope(scope), checkKeyText("partition", partition));
  }

  #expose(scope: string, { name, surfacedAtSeconds, reason }: Proposal): RecallProposal<Identity> {
    return { identity: this.#records.layout.identityOf(scope, name) as Identity, surfacedAtSeconds, reason };
  }
}
