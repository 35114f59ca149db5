import { checkKeyText, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { entriesOf } from "../common/given/parts.js";
import { joinParts } from "../common/joined-parts.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import type { ModelLayout } from "../model/layout.js";
import type { NamedFields } from "../model/record-access.js";
import { getMany, pageOfSet } from "../operations/records/reading.js";
import type { Store } from "../store/store.js";

/** The key fields a query names, checked. */
export type Wanted = ReadonlyMap<string, string>;

/** A record found by a query. `cursor` continues after it. */
export interface Candidate extends NamedFields {
  readonly cursor: string;
}

/**
 * Checks the key fields of a query.
 *
 * @throws {@link InvalidArgumentError} for a field that is no key field, and when a scoped model's scope is missing
 */
export function checkWhere(layout: ModelLayout, where: Readonly<Record<string, unknown>>): Wanted {
  const { fields, scope } = layout.model;
  const wanted = new Map<string, string>();
  for (const [name, value] of entriesOf("where", checkObject("where", where))) {
    const kind = fields[name]?.kind;
    if (kind !== "key" && kind !== "id") {
      const keys = Object.keys(fields).filter((field) => fields[field]?.kind === "key");
      throw new InvalidArgumentError(`where.${name}`, value, `one of the key fields ${keys.join(", ")}`);
    }
    wanted.set(name, checkKeyText(name, value));
  }
  if (scope !== undefined && !wanted.has(scope)) {
    throw new InvalidArgumentError(`where.${scope}`, undefined, `a ${scope}: queries do not cross it`);
  }
  return wanted;
}

export function scopeOf(layout: ModelLayout, wanted: Wanted): string {
  const { scope } = layout.model;
  return scope === undefined ? "" : (wanted.get(scope) ?? "");
}

/** The records that match, page by page. Every page is one snapshot; the pages together are not. */
export async function* readCandidates(
  store: Store,
  layout: ModelLayout,
  wanted: Wanted,
  pageSize: number,
  from = "",
): AsyncGenerator<readonly Candidate[]> {
  const scope = scopeOf(layout, wanted);
  const shard = store.shardOf(scope);
  const { keys, prefix, skip } = narrowestSet(layout, scope, wanted);
  let after = from;
  for (;;) {
    const members = await store.run(pageOfSet, { keys, prefix, after, limit: pageSize }, shard);
    const records = members.map((member) => {
      const values = layout.valuesOf(scope, member.slice(skip));
      return { keys: { records: layout.recordsKey(values) }, id: layout.recordId(values) };
    });
    const found = records.length === 0 ? [] : await store.run(getMany, { records }, shard);
    yield members.flatMap((member, index) => {
      const fields = found[index]?.fields;
      if (fields === undefined || !matches(fields, wanted)) return [];
      return [{ name: member.slice(skip), fields, cursor: member }];
    });
    if (members.length < pageSize) return;
    after = members.at(-1) ?? after;
  }
}

/** The set that lists the fewest candidates, and how many characters of its members come before the name. */
function narrowestSet(
  layout: ModelLayout,
  scope: string,
  wanted: Wanted,
): { readonly keys: { readonly set: string }; readonly prefix: string; readonly skip: number } {
  const fields = layout.model.identity.slice(layout.model.scope === undefined ? 0 : 1);
  const leading: string[] = [];
  for (const field of fields) {
    const value = wanted.get(field);
    if (value === undefined) break;
    leading.push(value);
  }
  const keys = { set: layout.membersKey(scope) };
  if (leading.length === fields.length) return { keys, prefix: joinParts(...leading), skip: 0 };
  if (leading.length > 0) return { keys, prefix: joinParts(...leading, ""), skip: 0 };
  for (const [field, value] of wanted) {
    if (!layout.hasLookup(field)) continue;
    const prefix = joinParts(value, "");
    return { keys: { set: layout.lookupKey(field, scope) }, prefix, skip: prefix.length };
  }
  return { keys, prefix: "", skip: 0 };
}

function matches(fields: Fields, wanted: Wanted): boolean {
  for (const [name, value] of wanted) if (fields[name] !== value) return false;
  return true;
}
