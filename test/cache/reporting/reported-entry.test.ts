import { expect, it } from "vitest";
import { reportedEntry } from "../../../src/cache/reporting/reported-entry.js";
import { decisionRecord } from "../../support/events.js";

it("writes the parts of a reported outcome in the order in which they always were, so that exports stay the same to the byte", () => {
  const decision = decisionRecord({
    kind: "trial",
    isOpen: true,
    propensity: 0.5,
    errorBudget: 0.1,
    stateFeatures: "{}",
    actionSpec: "{}",
    params: "{}",
    episodeId: "e",
  });
  expect(Object.keys(reportedEntry(decision, { outcome: "success", reward: 1, nextState: {} }, {}, 2))).toEqual([
    "op",
    "agentId",
    "stateFingerprint",
    "stateFeatures",
    "actionType",
    "actionSpec",
    "outcome",
    "ts",
    "reward",
    "nextStateFingerprint",
    "nextStateFeatures",
    "decision",
    "propensity",
    "openedAt",
    "actionNumbers",
    "errorBudget",
    "params",
    "episodeId",
  ]);
});
