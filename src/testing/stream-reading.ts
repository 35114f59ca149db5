import type { Fields } from "../keyspace/keyspace.js";
import { describeStream, readEntries } from "../operations/streams.js";
import type { Store } from "../store.js";

const MORE_THAN_ANY_CASE_WRITES = 10_000;

/** The entries of a stream, oldest first. */
export async function entriesOf(store: Store, streamKey: string): Promise<readonly Fields[]> {
  const keys = { stream: streamKey };
  const entries = await store.run(readEntries, { keys, afterId: "", limit: MORE_THAN_ANY_CASE_WRITES });
  return entries.map(({ fields }) => fields);
}

/** Entries that a group was given and has not acknowledged. */
export async function pendingEntries(store: Store, streamKey: string, groupName: string): Promise<number> {
  const { groups } = await store.run(describeStream, { keys: { stream: streamKey } });
  return groups.find(({ name }) => name === groupName)?.pending ?? 0;
}
