import { openedUnlessAborted } from "../../common/abort.js";
import { resolveDefaults } from "../../common/tuning/defaults.js";
import type { StoreLocation } from "../../keyspace/open-engine.js";
import { createGroup } from "../../operations/streams/streams.js";
import { agreeOnEvidenceCaps } from "../../primitives/confidence-field.js";
import { openStore, Store } from "../../store/store.js";
import { type Habits, habits } from "../deciding/habits.js";
import { PolicyEntry } from "../policy-entry.js";
import { agreeOnEvidenceMode, type EvidenceMode, readEvidenceMode } from "../recording/evidence-mode.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../recording/outcome-stream.js";
import { DISCOVERY_GROUP } from "../rhythms/temporal-discovery.js";
import { checkCacheOptions, type PolicyCacheOptions } from "./cache-options.js";

/** What a cache is made of. */
export interface CacheParts {
  readonly store: Store;
  /** Whether the store is to be closed with the cache. */
  readonly ownsStore: boolean;
  readonly habits: Habits;
  readonly mode: EvidenceMode;
}

/** Checks everything that can be checked before a store is opened, opens it, and prepares it for learning. */
export async function openParts(location: StoreLocation | Store, options: PolicyCacheOptions): Promise<CacheParts> {
  checkCacheOptions(options);
  return openedUnlessAborted(openChecked(location, options), options.signal, closeAgain);
}

async function openChecked(location: StoreLocation | Store, options: PolicyCacheOptions): Promise<CacheParts> {
  const { workers, batchSize, discovery, actions, versions, evidence, onWorkerError, signal, ...storeOptions } =
    options;
  const isOpen = location instanceof Store;
  const usual = habits(isOpen ? location.defaults : resolveDefaults(options.defaults), actions, versions);
  const store = isOpen ? location : await openStore(location, storeOptions);
  try {
    const mode = store.readOnly ? await readEvidenceMode(store) : await prepareStore(store, options);
    return { store, ownsStore: !isOpen, habits: usual, mode };
  } catch (error) {
    if (!isOpen) await store.close();
    throw error;
  }
}

/** What a cache that learns needs of its store. */
async function prepareStore(store: Store, { evidence, discovery }: PolicyCacheOptions): Promise<EvidenceMode> {
  const mode = await agreeOnEvidenceMode(store, evidence ?? store.defaults.evidence);
  await agreeOnEvidenceCaps(store, PolicyEntry);
  const groups = discovery === true ? [CRYSTALLIZER_GROUP, DISCOVERY_GROUP] : [CRYSTALLIZER_GROUP];
  for (const group of groups) await store.runOnAll(createGroup, { keys: { stream: OUTCOME_STREAM }, group });
  return mode;
}

async function closeAgain({ store, ownsStore }: CacheParts): Promise<void> {
  if (ownsStore) await store.close();
}
