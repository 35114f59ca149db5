import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { placeOfNumber } from "../evidence/actions/known-actions.js";
import { textField, textsField } from "../records/fields.js";
import type { KeyedOutcome } from "./outcome.js";

/** Where the outcome of a decision is logged, beside the recorded ones. */
export interface DecisionLog {
  readonly keys: { readonly stream: string };
  /** The group that counts what is recorded: this outcome is counted already. */
  readonly group: string;
  readonly streamMaxLength: number;
}

/**
 * Logs an outcome that was counted when it was reported. What its entry leaves open is on record.
 *
 * @param policy - of its pair, where it is at hand
 */
export function logDecision(
  keyspace: Keyspace,
  { entry, keys, evidenceId, policy: place, actionNumbers }: KeyedOutcome,
  policy: Fields | undefined,
  log: DecisionLog,
  nowSeconds: number,
): void {
  const logged: Fields = { stateFeatures: "{}", actionSpec: "{}" };
  for (const name in entry) {
    const value = entry[name];
    if (value !== undefined && value !== "") logged[name] = value;
  }
  if (entry.stateFeatures === "" || entry.actionSpec === "") {
    const evidence = keyspace.getRecord(keys.state, evidenceId) ?? {};
    if (entry.stateFeatures === "") {
      const stored = policy ?? keyspace.getRecord(keys.state, place.id) ?? {};
      logged.stateFeatures = textField(stored, "stateFeatures", textField(evidence, "stateFeatures", "{}"));
    }
    const known = placeOfNumber(evidence, actionNumbers[0] ?? -1);
    if (entry.actionSpec === "" && known >= 0) logged.actionSpec = textsField(evidence, "specs")[known] ?? "{}";
  }
  const { stream } = log.keys;
  const isCaughtUp = keyspace.isCaughtUp(stream, log.group);
  keyspace.appendToStream(stream, logged, nowSeconds * 1000);
  if (isCaughtUp) keyspace.passNewest(stream, log.group, 1);
  keyspace.trimStream(stream, log.streamMaxLength);
}
