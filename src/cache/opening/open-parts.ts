import { openedUnlessAborted } from "../../common/abort.js";
import { ConfigurationError } from "../../common/errors.js";
import { resolveDefaults } from "../../common/tuning/defaults.js";
import type { StoreLocation } from "../../keyspace/open-engine.js";
import { isStore, isStoreOfAnyCopy, openStore, type Store } from "../../store/store.js";
import { type Habits, habits } from "../deciding/habits.js";
import { DecisionIds } from "../deciding/ids/decision-ids.js";
import { type EvidenceMode, readEvidenceMode } from "../recording/evidence-mode.js";
import { checkCacheOptions, type PolicyCacheOptions } from "./cache-options.js";
import { prepareStore } from "./prepare-store.js";
import { keepRules } from "./rules-in-force.js";

/** What a cache is made of. */
export interface CacheParts {
  readonly store: Store;
  /** Whether the store is to be closed with the cache. */
  readonly ownsStore: boolean;
  readonly habits: Habits;
  readonly mode: EvidenceMode;
  /** As they were given, each read once. */
  readonly options: PolicyCacheOptions;
}

/** Checks everything that can be checked before a store is opened, opens it, and prepares it for learning. */
export async function openParts(location: StoreLocation | Store, given: PolicyCacheOptions): Promise<CacheParts> {
  const options = checkCacheOptions(given);
  return openedUnlessAborted(openChecked(location, options), options.signal, closeAgain);
}

async function openChecked(location: StoreLocation | Store, options: PolicyCacheOptions): Promise<CacheParts> {
  const {
    workers,
    batchSize,
    discovery,
    actions,
    versions,
    evidence,
    onWorkerError,
    healthIntervalMs,
    signal,
    ...storeOptions
  } = options;
  const isOpen = isOpenStore(location);
  const usual = habits(isOpen ? location.defaults : resolveDefaults(options.defaults), actions, versions);
  const store = isOpen ? location : await openStore(location, storeOptions);
  try {
    const mode = store.readOnly
      ? await readEvidenceMode(store)
      : await prepareStore(store, evidence ?? store.defaults.evidence, discovery === true);
    if (!store.readOnly) await keepRules(store, usual.actions);
    const ids = await DecisionIds.open(store);
    return { store, ownsStore: !isOpen, habits: { ...usual, ids }, mode, options };
  } catch (error) {
    if (!isOpen) await store.close();
    throw error;
  }
}

function isOpenStore(location: StoreLocation | Store): location is Store {
  if (isStore(location)) return true;
  if (!isStoreOfAnyCopy(location)) return false;
  throw new ConfigurationError("location", location, "a store of this copy of policycache, not of another one", {
    hint: "Two copies are installed: `npm ls policycache` shows them, `npm dedupe` leaves one.",
  });
}

async function closeAgain({ store, ownsStore }: CacheParts): Promise<void> {
  if (ownsStore) await store.close();
}
