import { expect, it } from "vitest";
import { decodePolicy } from "../../../src/cache/deciding/decode-policy.js";
import { policyLayout } from "../../../src/cache/policy-entry.js";
import { Defaults } from "../../../src/common/tuning/defaults.js";
import type { Fields } from "../../../src/keyspace/port/keyspace.js";

const IDENTITY = ["agent-1", "86e6b7501eb99c29", "run"];
const NEW = policyLayout.codec.newFields(
  { agentId: "agent-1", stateFingerprint: "86e6b7501eb99c29", actionType: "run", stateFeatures: { a: [1] } },
  IDENTITY,
  1000,
  Defaults,
);

it.each<[string, Fields]>([
  ["a new policy", NEW],
  ["one in use", { ...NEW, qValue: 0.7, accessCount: 3, lastAccessed: 1005, "confidence.evidenceCount": 4 }],
  ["one with cycles", { ...NEW, "expectedValue.cycles": [86_400, 1, 0, 1, 0, 604_800, 0.5, 7, -1, 1] }],
  ["one under pressure", { ...NEW, "expectedValue.pressureRate": 1, "expectedValue.lastResolved": 900 }],
  ["one of which nothing is left", {}],
  ["a damaged one", { ...NEW, qValue: "much", agentId: 5, "confidence.value": true, actionSpec: '{"b":{"c":null}}' }],
])("gives what the layout gives: %s", (_name, fields) => {
  const expected = policyLayout.codec.decode(fields, Defaults);
  const entry = decodePolicy(fields, Defaults);
  expect(entry).toStrictEqual(expected);
  expect(JSON.stringify(entry)).toBe(JSON.stringify(expected));
});
