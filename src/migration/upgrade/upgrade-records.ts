import { DecisionIds } from "../../cache/deciding/ids/decision-ids.js";
import { actionTypeOf } from "../../cache/evidence/evidence.js";
import { AGENTS_KEY, stateKey, statesKey } from "../../cache/outcome-keys.js";
import { isEvidenceId, policyLayout } from "../../cache/policy-entry.js";
import type { StoredRecord } from "../../keyspace/port/keyspace.js";
import { listMany, pageOfSet } from "../../operations/records/reading.js";
import { upgradeEvidence } from "../../operations/records/upgrade.js";
import { storageKey } from "../../store/storage-keys.js";
import type { Store } from "../../store/store.js";
import { pairName, pairsThatVaried } from "./logged-specs.js";
import { type LoggedActions, upgradedEvidence } from "./upgraded-evidence.js";

/** How far a conversion is. */
export interface UpgradeSummary {
  /** States that were looked at. */
  readonly states: number;
  /** Evidence records that were converted: those that were so before are not among them. */
  readonly converted: number;
  /** Pairs whose parameters had varied: their outcomes are ascribed as far as the log still has them. */
  readonly varied: number;
}

const MEMBERS_PER_STEP = 200;

/** Converts the evidence of a store from format 1, state by state. Begun again after it was killed, it does the rest. */
export async function upgradeRecords(
  store: Store,
  onProgress: (summary: UpgradeSummary) => void,
): Promise<UpgradeSummary> {
  const counts = { states: 0, converted: 0, varied: 0 };
  for (const shard of store.shards) {
    const varied = await pairsThatVaried(store, shard);
    counts.varied += varied.size;
    for await (const agentIds of pagesOf(store, shard, AGENTS_KEY)) {
      for (const agentId of agentIds) {
        for await (const fingerprints of pagesOf(store, shard, statesKey(agentId))) {
          counts.converted += await upgradeStates(store, shard, agentId, fingerprints, varied);
          counts.states += fingerprints.length;
          onProgress({ ...counts });
        }
      }
    }
  }
  await DecisionIds.open(store); // makes the key: whoever opens the store only to read it has ids that can be reported
  return counts;
}

async function upgradeStates(
  store: Store,
  shard: number,
  agentId: string,
  fingerprints: readonly string[],
  varied: ReadonlyMap<string, LoggedActions>,
): Promise<number> {
  const groups = fingerprints.map((fingerprint) => ({ keys: { records: stateKey(agentId, fingerprint) } }));
  const states = await store.run(listMany, { groups }, shard);
  const records = fingerprints.flatMap((fingerprint, index) => {
    const known = states[index] ?? [];
    return waiting(known).map((record) => {
      const actionType = actionTypeOf(record);
      const place = policyLayout.place([agentId, fingerprint, actionType]);
      const policy = known.find(({ id }) => id === place.id)?.fields;
      const fields = upgradedEvidence(record.fields, policy, varied.get(pairName(agentId, fingerprint, actionType)));
      return { keys: { records: stateKey(agentId, fingerprint) }, id: record.id, fields, fingerprint, actionType };
    });
  });
  // Before the records, because what is converted is not looked at again.
  for (const { fingerprint, actionType } of records) await copyVisits(store, shard, agentId, fingerprint, actionType);
  const written = records.map(({ keys, id, fields }) => ({ keys, id, fields }));
  return store.run(upgradeEvidence, { records: written, members: [] }, shard);
}

/** The evidence that is not converted yet. */
function waiting(records: readonly StoredRecord[]): readonly StoredRecord[] {
  return records.filter(({ id, fields }) => isEvidenceId(id) && fields.stateDigest === undefined);
}

/** Episodes that did something in a state were in that state. */
async function copyVisits(
  store: Store,
  shard: number,
  agentId: string,
  fingerprint: string,
  actionType: string,
): Promise<void> {
  const set = storageKey("arrivals", agentId, fingerprint);
  for await (const episodes of pagesOf(store, shard, storageKey("visits", agentId, fingerprint, actionType))) {
    const members = episodes.map((member) => ({ keys: { set }, member }));
    await store.run(upgradeEvidence, { records: [], members }, shard);
  }
}

async function* pagesOf(store: Store, shard: number, set: string): AsyncGenerator<readonly string[]> {
  let after = "";
  for (;;) {
    const page = { keys: { set }, prefix: "", after, limit: MEMBERS_PER_STEP };
    const members = await store.run(pageOfSet, page, shard);
    if (members.length > 0) yield members;
    if (members.length < MEMBERS_PER_STEP) return;
    after = members.at(-1) ?? after;
  }
}
