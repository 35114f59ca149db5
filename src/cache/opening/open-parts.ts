import { openedUnlessAborted } from "../../common/abort.js";
import { resolveDefaults } from "../../common/tuning/defaults.js";
import type { StoreLocation } from "../../keyspace/open-engine.js";
import { openStore, Store } from "../../store/store.js";
import { type Habits, habits } from "../deciding/habits.js";
import { type EvidenceMode, readEvidenceMode } from "../recording/evidence-mode.js";
import { checkCacheOptions, type PolicyCacheOptions } from "./cache-options.js";
import { prepareStore } from "./prepare-store.js";

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
    const mode = store.readOnly
      ? await readEvidenceMode(store)
      : await prepareStore(store, evidence ?? store.defaults.evidence, discovery === true);
    return { store, ownsStore: !isOpen, habits: usual, mode };
  } catch (error) {
    if (!isOpen) await store.close();
    throw error;
  }
}

async function closeAgain({ store, ownsStore }: CacheParts): Promise<void> {
  if (ownsStore) await store.close();
}
