// Beside a stream lies when its pending entries were delivered, and how often they failed: a hash, moved with the stream.

const KIND = "deliveries\t";

/** @param key - without the prefix of its shard */
export function isDeliveriesKey(key: string): boolean {
  return key.startsWith(KIND);
}

/** @param keyPrefix - of the stream's shard */
export function deliveriesKeyOf(keyPrefix: string, stream: string): string {
  return `${keyPrefix}${KIND}${stream}`;
}

/** The field of an entry that a group has pending. */
export function deliveryId(group: string, id: string): string {
  return `${group}\t${id}`;
}
