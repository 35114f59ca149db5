import { ConfigurationError } from "../common/errors.js";
import { getRecord } from "../operations/records/record.js";
import { agreeOnSettings, changeSetting } from "../operations/records/settings.js";
import { storageKey } from "../store/storage-keys.js";
import type { Store } from "../store/store.js";
import type { ModelLayout } from "./layout.js";

/** Settings hold for all scopes, so they are in no scope's shard. */
export const SETTINGS_SHARD = 0;

/** What was agreed on already: a model's caps are looked up once per open store. */
const agreements = new WeakMap<Store, Map<string, Promise<void>>>();

/**
 * Makes sure that everyone who writes a model's confidences forgets at the same pace: the caps are fixed in the store when
 * they are first used. Kept in one place for all scopes. To be awaited before a confidence is written.
 *
 * @throws {@link ConfigurationError} when the store was written with another cap
 */
export function agreeOnEvidenceCaps(store: Store, layout: ModelLayout): Promise<void> {
  const { confidences } = layout.learnedLayout(store.defaults);
  if (confidences.length === 0) return Promise.resolve();
  const agreed = agreements.get(store) ?? new Map<string, Promise<void>>();
  agreements.set(store, agreed);
  const settings = Object.fromEntries(confidences.map(({ field, evidenceCap }) => [field, evidenceCap]));
  const key = JSON.stringify([layout.model.name, settings]);
  let agreement = agreed.get(key);
  if (agreement === undefined) {
    agreement = agree(store, layout.model.name, settings);
    agreed.set(key, agreement);
    agreement.catch(() => agreed.delete(key)); // a store that was busy may answer the next time
  }
  return agreement;
}

async function agree(store: Store, model: string, settings: Readonly<Record<string, number>>): Promise<void> {
  for (const [field, evidenceCap] of Object.entries(settings)) {
    const input = { keys: { settings: storageKey("settings", model) }, id: field, settings: { evidenceCap } };
    const known = await store.run(getRecord, { keys: { records: input.keys.settings }, id: field }, SETTINGS_SHARD);
    const agreed = known ?? (await store.run(agreeOnSettings, input, SETTINGS_SHARD));
    if (agreed.evidenceCap === evidenceCap) continue;
    const expected = `${agreed.evidenceCap}, with which this store keeps ${model}.${field}`;
    throw new ConfigurationError("evidenceCap", evidenceCap, expected, {
      hint: "All writers of a confidence must use one cap; changeEvidenceCap changes it for all of them.",
    });
  }
}

/**
 * Makes `to` the cap of one confidence of a model in a store, for every writer that opens the store from now on.
 *
 * @param from - the cap it has
 * @throws {@link ConfigurationError} when it has another; nothing is changed then
 */
export async function changeEvidenceCap(
  store: Store,
  model: string,
  field: string,
  from: number,
  to: number,
): Promise<void> {
  const input = { keys: { settings: storageKey("settings", model) }, id: field, name: "evidenceCap", from, to };
  const before = await store.run(changeSetting, input, SETTINGS_SHARD);
  if (before === from || before === to) return;
  throw new ConfigurationError("from", from, `${before}, with which this store keeps ${model}.${field}`);
}
