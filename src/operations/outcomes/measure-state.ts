import type { Operation } from "../../keyspace/port/engine.js";
import type { FieldValue } from "../../keyspace/port/keyspace.js";

/** What lies under the key of a state. */
export interface StateSize {
  /** Of all records, of evidence and of policies. */
  readonly ids: readonly string[];
  /** About how long they are as text. */
  readonly bytes: number;
}

/** Tells how large a state has become. */
export const measureState: Operation<{ readonly keys: { readonly state: string } }, StateSize> = {
  name: "measure-state",
  access: "single-read",
  execute(keyspace, input) {
    const ids: string[] = [];
    let bytes = 0;
    for (const { id, fields } of keyspace.listRecords(input.keys.state)) {
      ids.push(id);
      for (const name in fields) bytes += name.length + lengthOf(fields[name]);
    }
    return { ids, bytes };
  },
};

function lengthOf(value: FieldValue | undefined): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object") return 8;
  let length = 0;
  for (const element of value) length += typeof element === "string" ? element.length : 8;
  return length;
}
