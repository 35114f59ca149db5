import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { textField } from "../../operations/records/fields.js";
import { listMany } from "../../operations/records/reading.js";
import type { ReadNStepBuffer } from "../../operations/values/n-step-buffer.js";
import type { Store } from "../../store/store.js";
import { nStepBufferKey } from "../outcome-keys.js";

/** The n-step buffers that counting some outcomes of one shard will touch, as they are now. */
export async function readNStepBuffers(
  store: Store,
  entries: readonly OutcomeEntry[],
  defaults: TuningConstants,
  shard: number,
): Promise<readonly ReadNStepBuffer[]> {
  const keys = new Set(entries.map((entry) => nStepBufferKey(entry, defaults)).filter((key) => key !== undefined));
  if (keys.size === 0) return [];
  const groups = [...keys].map((records) => ({ keys: { records } }));
  const buffers = await store.run(listMany, { groups }, shard);
  return groups.map(({ keys: { records } }, index) => ({
    keys: { nStepBuffer: records },
    steps: (buffers[index] ?? []).map(({ fields }) => {
      const state = textField(fields, "state", "");
      return { state, keys: { state } };
    }),
  }));
}
