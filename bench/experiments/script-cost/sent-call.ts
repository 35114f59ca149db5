import { encodeInput } from "../../../src/keyspace/redis/scripts/encode-input.js";
import { decodeMessagePack } from "../../../src/keyspace/redis/scripts/message-pack.js";

export type Argument = string | Buffer;

/** A scripted call as it was sent. */
export interface SentCall {
  readonly keys: readonly string[];
  /** What comes after the keys; the input of the operation, packed, is the last. */
  readonly others: readonly Argument[];
}

/** What ids of events and decisions begin with here, so that they can be told from other texts. */
export const ID = "id-of-";

/** From the arguments of EVALSHA that follow the script. */
export function sentCall(given: readonly Argument[]): SentCall {
  const [count, ...rest] = given;
  const keys = rest.slice(0, Number(count)).map(String);
  return { keys, others: rest.slice(keys.length) };
}

/** What comes after the script in EVALSHA. */
export function argumentsOf({ keys, others }: SentCall): readonly Argument[] {
  return [String(keys.length), ...keys, ...others];
}

/** The same call at this moment, with ids that nobody has used, so that it does its work again. */
export function unused({ keys, others }: SentCall, turn: number | string, call: number): SentCall {
  const packed = others.at(-1);
  if (!Buffer.isBuffer(packed)) throw new Error("The last argument of a script is not a packed input.");
  const input = withFreshIds(decodeMessagePack(packed, []), `${turn}-${call}-`);
  if (typeof input !== "object") throw new Error("The input of an operation is not an object.");
  const now = { ...input, nowSeconds: Date.now() / 1000 };
  return { keys, others: [...others.slice(0, -1), encodeInput(now).packed] };
}

function withFreshIds(value: unknown, mark: string): unknown {
  if (typeof value === "string") return value.replaceAll(ID, (beginning) => `${beginning}${mark}`);
  if (Array.isArray(value)) return value.map((member) => withFreshIds(member, mark));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withFreshIds(member, mark)]));
}
