import { ConfigurationError } from "../../common/errors.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { getRecord } from "../../operations/records/record.js";
import { agreeOnSettings, SETTINGS_SHARD } from "../../operations/records/settings.js";
import { storageKey } from "../../store/storage-keys.js";
import type { Store } from "../../store/store.js";

/**
 * What counts as one trial. `event`: every outcome. `episode`: the first visit of an episode to a (state, action); the
 * steps of one episode are not independent. Outcomes without an episode count one by one in both.
 */
export type EvidenceMode = "event" | "episode";

/** What was agreed on already: looked up once per open store. */
const agreements = new WeakMap<Store, Promise<EvidenceMode>>();

/**
 * The mode of a store, fixed when it is first used, because counts of two kinds cannot be added.
 *
 * @param asked - "stored" takes the mode as it is; a new store counts by event then
 * @throws {@link ConfigurationError} when the store counts in the other mode
 */
export async function agreeOnEvidenceMode(store: Store, asked: EvidenceMode | "stored"): Promise<EvidenceMode> {
  let agreement = agreements.get(store);
  if (agreement === undefined) {
    agreement = agree(store, asked === "stored" ? "event" : asked);
    agreements.set(store, agreement);
    agreement.catch(() => agreements.delete(store)); // a store that was busy may answer the next time
  }
  const mode = await agreement;
  if (asked === "stored" || asked === mode) return mode;
  throw new ConfigurationError("evidence", asked, `"${mode}", by which this store counts`, {
    hint: "Counts of two kinds cannot be mixed: learn into a new store for the other.",
  });
}

/** For a store that may have lost what was agreed on. */
export function forgetEvidenceMode(store: Store): void {
  agreements.delete(store);
}

/** The mode of a store that is only read. */
export async function readEvidenceMode(store: Store): Promise<EvidenceMode> {
  const input = { keys: { records: SETTINGS_KEY }, id: SETTING };
  return modeOf((await store.run(getRecord, input, SETTINGS_SHARD)) ?? {});
}

const SETTINGS_KEY = storageKey("settings", "outcomes");
const SETTING = "evidence";

async function agree(store: Store, mode: EvidenceMode): Promise<EvidenceMode> {
  const input = { keys: { settings: SETTINGS_KEY }, id: SETTING, settings: { mode } };
  return modeOf(await store.run(agreeOnSettings, input, SETTINGS_SHARD));
}

function modeOf(settings: Fields): EvidenceMode {
  return settings.mode === "episode" ? "episode" : "event";
}
