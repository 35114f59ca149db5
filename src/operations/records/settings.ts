import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { numberField } from "./fields.js";

/** Settings hold for all scopes, so they are in no scope's shard. */
export const SETTINGS_SHARD = 0;

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

/** Keeps settings in place of those that were kept before. */
export const replaceSettings: Operation<AgreeInput, undefined> = {
  name: "replace-settings",
  access: "write",
  execute(keyspace, input) {
    keyspace.putRecord(input.keys.settings, input.id, input.settings);
    return undefined;
  },
};

export interface ChangeSettingInput {
  readonly keys: { readonly settings: string };
  readonly id: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Changes a setting that has the value `from`, or has `to` already. @returns what it was before; `to` when not set yet */
export const changeSetting: Operation<ChangeSettingInput, number> = {
  name: "change-setting",
  access: "write",
  execute(keyspace, input) {
    const settings = keyspace.getRecord(input.keys.settings, input.id) ?? {};
    const before = numberField(settings, input.name, input.to);
    if (before !== input.from && before !== input.to) return before;
    settings[input.name] = input.to;
    keyspace.putRecord(input.keys.settings, input.id, settings);
    return before;
  },
};
