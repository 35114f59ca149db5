import type { Operation } from "../keyspace/engine.js";
import type { Fields } from "../keyspace/keyspace.js";

export interface AgreeInput {
  readonly keys: { readonly settings: string };
  readonly id: string;
  readonly settings: Fields;
}

/** Fixes settings that all users of a store must share: the first to ask decides. @returns what was decided */
export const agreeOnSettings: Operation<AgreeInput, Fields> = {
  name: "agree-on-settings",
  access: "write",
  execute(keyspace, input) {
    const agreed = keyspace.getRecord(input.keys.settings, input.id);
    if (agreed !== undefined) return agreed;
    keyspace.putRecord(input.keys.settings, input.id, input.settings);
    return input.settings;
  },
};
