import type { Fields } from "../keyspace/port/keyspace.js";
import { describeStream, readEntries } from "../operations/streams/streams.js";
import type { Store } from "../store/store.js";

const MORE_THAN_ANY_CASE_WRITES = 10_000;

/** The entries of a stream, oldest first in each shard. */
export async function entriesOf(store: Store, streamKey: string): Promise<readonly Fields[]> {
  const input = { keys: { stream: streamKey }, afterId: "", limit: MORE_THAN_ANY_CASE_WRITES };
  return (await store.runOnAll(readEntries, input)).flat().map(({ fields }) => fields);
}

/** Entries that a group was given and has not acknowledged. */
export async function pendingEntries(store: Store, streamKey: string, groupName: string): Promise<number> {
  const shards = await store.runOnAll(describeStream, { keys: { stream: streamKey } });
  const groups = shards.flatMap((shard) => shard.groups).filter(({ name }) => name === groupName);
  return groups.reduce((total, { pending }) => total + pending, 0);
}
