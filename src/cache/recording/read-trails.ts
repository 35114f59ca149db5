import type { TuningConstants } from "../../common/defaults.js";
import type { ReadTrail } from "../../operations/outcomes/trails.js";
import { textField } from "../../operations/records/fields.js";
import { listMany } from "../../operations/records/reading.js";
import type { Store } from "../../store/store.js";
import { type OutcomeEntry, trailKey } from "../events/outcome-event.js";

/** The trails that counting some events of one shard will touch, as they are now. */
export async function readTrails(
  store: Store,
  entries: readonly OutcomeEntry[],
  defaults: TuningConstants,
  shard: number,
): Promise<readonly ReadTrail[]> {
  const keys = new Set(entries.map((entry) => trailKey(entry, defaults)).filter((key) => key !== undefined));
  if (keys.size === 0) return [];
  const groups = [...keys].map((records) => ({ keys: { records } }));
  const trails = await store.run(listMany, { groups }, shard);
  return groups.map(({ keys: { records } }, index) => ({
    keys: { trail: records },
    steps: (trails[index] ?? []).map(({ fields }) => {
      const state = textField(fields, "state", "");
      return { state, keys: { state } };
    }),
  }));
}
