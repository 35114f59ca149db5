import type { Operation } from "../../keyspace/port/engine.js";
import { numbersField, textsField } from "./fields.js";

export interface DecisionKeysInput {
  readonly keys: { readonly settings: string };
  readonly id: string;
  /** A random key: it becomes the newest when there is none yet, or when the keys are rotated. */
  readonly newKey: string;
  readonly rotate: boolean;
  /** Keys that were replaced earlier than this are forgotten. */
  readonly forgetBefore: number;
  readonly nowSeconds: number;
}

/** The keys that decision ids are sealed with, newest first. */
export const decisionKeys: Operation<DecisionKeysInput, readonly string[]> = {
  name: "decision-keys",
  access: "write",
  execute(keyspace, input) {
    const { keys, id, newKey, rotate, forgetBefore, nowSeconds } = input;
    const stored = keyspace.getRecord(keys.settings, id) ?? {};
    const known = textsField(stored, "keys");
    if (known.length > 0 && !rotate) return known;
    const since = numbersField(stored, "since");
    const kept: string[] = [newKey];
    const keptSince: number[] = [nowSeconds];
    let replacedAt = nowSeconds;
    for (let index = 0; index < known.length; index += 1) {
      if (replacedAt < forgetBefore) break;
      kept.push(known[index] ?? "");
      keptSince.push(since[index] ?? 0);
      replacedAt = since[index] ?? 0;
    }
    keyspace.putRecord(keys.settings, id, { keys: kept, since: keptSince });
    return kept;
  },
};
