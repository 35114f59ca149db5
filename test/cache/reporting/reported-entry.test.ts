import { expect, it } from "vitest";
import { reportedEntry } from "../../../src/cache/reporting/reported-entry.js";
import { DEPLOY_FINGERPRINT } from "../../support/events.js";

it("writes the parts of a reported outcome in the order in which they always were, so that exports stay the same to the byte", () => {
  const decision = {
    agentId: "agent-1",
    stateFingerprint: DEPLOY_FINGERPRINT,
    actionType: "run_playbook",
    decidedAtSeconds: 1,
    qValue: 0,
    nonce: "n",
    context: [],
    extras: { stateFeatures: "{}", actionSpec: "{}", propensity: 0.5, episodeId: "e" },
  };
  expect(Object.keys(reportedEntry(decision, { outcome: "success", nextState: {} }, 2))).toEqual([
    "op",
    "agentId",
    "stateFingerprint",
    "stateFeatures",
    "actionType",
    "actionSpec",
    "outcome",
    "reward",
    "ts",
    "nextStateFingerprint",
    "nextStateFeatures",
    "propensity",
    "episodeId",
  ]);
});
