import type { Fields } from "../../keyspace/port/keyspace.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { numbersField, textsField } from "../../operations/records/fields.js";

/** An action that is kept from being chosen, whatever its outcomes. */
export interface Block {
  /** The very action; absent when all actions of the type are blocked. */
  readonly spec?: JsonObject;
  readonly reason: string;
  readonly blockedAtSeconds: number;
  /** Unix seconds from which on it is over; absent when it lasts until it is taken away. */
  readonly untilSeconds?: number;
}

/** @param fields - of the evidence of a pair */
export function blocksOf(fields: Fields): readonly Block[] {
  const reasons = textsField(fields, "blockedReasons");
  const untils = numbersField(fields, "blockedUntil");
  const times = numbersField(fields, "blockedAt");
  return textsField(fields, "blockedSpecs").map((spec, place) => {
    const until = untils[place] ?? 0;
    return {
      ...(spec === "" ? {} : { spec: JSON.parse(spec) as JsonObject }),
      reason: reasons[place] ?? "",
      blockedAtSeconds: times[place] ?? 0,
      ...(until === 0 ? {} : { untilSeconds: until }),
    };
  });
}

/**
 * @param spec - of an action, whole; undefined for its whole type
 * @returns why it is not to be chosen now; undefined when no block says so
 */
export function blockedReason(
  blocks: readonly Block[] | undefined,
  spec: JsonObject | undefined,
  nowSeconds: number,
): string | undefined {
  if (blocks === undefined) return undefined;
  const asked = spec === undefined ? undefined : canonicalJson(spec);
  const found = blocks.find((block) => {
    const isOver = block.untilSeconds !== undefined && nowSeconds >= block.untilSeconds;
    return !isOver && (block.spec === undefined || canonicalJson(block.spec) === asked);
  });
  return found === undefined ? undefined : `blocked: ${found.reason}`;
}
