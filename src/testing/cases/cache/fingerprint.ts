import assert from "node:assert/strict";
import { computeFingerprint } from "../../../maths/json/fingerprint.js";
import { throwsArgument } from "../../assertions.js";
import { section } from "../../conformance-case.js";

const deployment = { task: "deploy", env: "staging" };

export const fingerprintCases = section("Fingerprint", {
  C1: [
    "The fingerprint of a state does not depend on the order of its keys",
    () => {
      assert.equal(computeFingerprint(deployment), "86e6b7501eb99c29");
      assert.equal(computeFingerprint({ env: "staging", task: "deploy" }), "86e6b7501eb99c29");
    },
  ],
  C2: [
    "Another value gives another fingerprint",
    () => assert.equal(computeFingerprint({ task: "deploy", env: "production" }), "a2f40001eb8d1f6a"),
  ],
  C3: [
    "A missing key gives another fingerprint",
    () => assert.equal(computeFingerprint({ task: "deploy" }), "c0ec4f6d2679a33d"),
  ],
  C4: ["The empty state has a fingerprint", () => assert.equal(computeFingerprint({}), "44136fa355b3678a")],
  C5: [
    "includeFields keeps exactly the named keys",
    () => {
      const options = { includeFields: ["task"] };
      assert.equal(computeFingerprint(deployment, options), "c0ec4f6d2679a33d");
      assert.equal(computeFingerprint({ task: "deploy", env: "production" }, options), "c0ec4f6d2679a33d");
    },
  ],
  C6: [
    "An included field that is absent is an error",
    () => throwsArgument(() => computeFingerprint(deployment, { includeFields: ["nonexistent"] })),
  ],
  C7: [
    "Integers and fractions are written as JSON writes them",
    () => {
      assert.equal(computeFingerprint({ n: 1 }), "e5d5f7c1d225fd6b");
      assert.equal(computeFingerprint({ n: 1.5 }), "fde9a8047fc30860");
    },
  ],
  C8: [
    "Keys are sorted at every depth, and arrays keep their order",
    () => {
      assert.equal(computeFingerprint({ a: { b: [1, 2, { c: null }] }, z: true }), "ec63628deb3d96a7");
      assert.equal(computeFingerprint({ nested: { y: 1, x: 2 } }), "29f452245537436d");
    },
  ],
  C9: [
    "Upper case keys sort before lower case ones",
    () => {
      assert.equal(computeFingerprint({ b: 1, a: 2, B: 3 }), "ad2a88ca7095190f");
      assert.equal(computeFingerprint({ list: ["b", "a"] }), "5a83025409a4d11e");
    },
  ],
  C10: [
    "Characters beyond ASCII are escaped, the upper planes as two escapes",
    () => {
      assert.equal(computeFingerprint({ city: "Zürich" }), "96bafd99ec46980d");
      assert.equal(computeFingerprint({ e: "\u{1F600}" }), "9080d1b52062acb1");
    },
  ],
  C11: [
    "includeTimestamp makes a fingerprint hold for one hour",
    () => {
      const at = (nowSeconds: number) => computeFingerprint({ task: "deploy" }, { includeTimestamp: true, nowSeconds });
      const bucket = { task: "deploy", __hour_bucket__: 482_256 };
      assert.equal(at(1_736_121_600), "b536c560abfd1c10");
      assert.equal(at(1_736_121_600), computeFingerprint(bucket));
      assert.equal(at(1_736_125_199), "b536c560abfd1c10");
      assert.notEqual(at(1_736_125_200), "b536c560abfd1c10");
    },
  ],
  C12: [
    "A number that is not finite is an error",
    () => {
      throwsArgument(() => computeFingerprint({ x: Number.NaN }));
      throwsArgument(() => computeFingerprint({ x: Number.POSITIVE_INFINITY }));
    },
  ],
});
