import type { Mutable } from "../../common/mutable.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { Decoder } from "../../model/declaration.js";
import { parseJson } from "../../model/parse-json.js";
import type { Field } from "../../model/primitive.js";
import { EXPECTED_VALUE, PolicyEntry } from "../policy-entry.js";

const decodeClock = decoderOf(EXPECTED_VALUE, PolicyEntry.fields[EXPECTED_VALUE]);
const decodeConfidence = decoderOf("confidence", PolicyEntry.fields.confidence);

/**
 * A stored policy as callers see it. What `decode` of the layout gives, written out: every decision shows the policies of
 * its state, and reading fields whose names are known takes half the time.
 */
export function decodePolicy(fields: Fields, defaults: TuningConstants): PolicyEntry {
  const { qValue, accessCount, lastAccessed } = fields;
  const entry: Mutable<PolicyEntry> = {
    entryId: text(fields.entryId),
    agentId: text(fields.agentId),
    stateFingerprint: text(fields.stateFingerprint),
    stateFeatures: json(fields.stateFeatures),
    actionType: text(fields.actionType),
    actionSpec: json(fields.actionSpec),
    qValue: typeof qValue === "number" ? qValue : 0,
    expectedValue: decodeClock(fields, defaults),
    confidence: decodeConfidence(fields, defaults),
    accessCount: (accessCount ?? 0) as number,
  };
  if (lastAccessed !== undefined) entry.lastAccessedSeconds = lastAccessed as number;
  return entry;
}

function text(value: unknown): string {
  return String(value ?? "");
}

function json(value: unknown): JsonObject {
  return parseJson(String(value ?? "{}")) as JsonObject;
}

function decoderOf<Value>(name: string, { decoder }: Field<string, Value, boolean>): Decoder<Value> {
  if (decoder === undefined) throw new TypeError(`${name} is no field that callers see.`);
  return decoder(name);
}
