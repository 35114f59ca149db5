import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { textField } from "../records/fields.js";
import type { KeyedOutcome } from "./outcome.js";

/** Where an explored outcome is logged, beside the recorded ones. */
export interface ExploredLog {
  readonly keys: { readonly stream: string };
  /** The group that counts what is recorded: this outcome is counted already. */
  readonly group: string;
  readonly streamMaxLength: number;
}

/**
 * Logs an outcome that was counted when it was reported. What its entry leaves open is on record.
 *
 * @rare
 */
export function logExplored(
  keyspace: Keyspace,
  { entry, keys, evidenceId, policy: place }: KeyedOutcome,
  log: ExploredLog,
  nowSeconds: number,
): void {
  const evidence = keyspace.getRecord(keys.state, evidenceId) ?? {};
  const policy = keyspace.getRecord(keys.state, place.id) ?? {};
  const logged: Fields = {
    stateFeatures: textField(policy, "stateFeatures", textField(evidence, "stateJson", "{}")),
    actionSpec: textField(policy, "actionSpec", textField(evidence, "actionSpecJson", "{}")),
  };
  for (const name in entry) {
    const value = entry[name];
    if (value !== undefined && value !== "") logged[name] = value;
  }
  const { stream } = log.keys;
  const isCaughtUp = keyspace.isCaughtUp(stream, log.group);
  keyspace.appendToStream(stream, logged, nowSeconds * 1000);
  if (isCaughtUp) keyspace.passNewest(stream, log.group, 1);
  keyspace.trimStream(stream, log.streamMaxLength);
}
