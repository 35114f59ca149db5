import type { Fields, FieldValue } from "../../port/keyspace.js";

/** A copy that never changes: what is stored is only ever replaced. */
export function frozenFields(fields: Fields): Fields {
  const copy = { ...fields };
  for (const name in copy) {
    const value = copy[name];
    if (value === 0) copy[name] = 0;
    else if (typeof value === "object") copy[name] = Object.freeze(value.map(withoutNegativeZero)) as FieldValue;
  }
  return Object.freeze(copy);
}

/** JSON and SQLite do not keep the sign of zero either. */
export function withoutNegativeZero<Value>(value: Value): Value | 0 {
  return value === 0 ? 0 : value;
}
