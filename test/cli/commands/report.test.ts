import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { ONCE_GOOD, STAGING, STAGING_FINGERPRINT, useSampleStore } from "../sample-store.js";
import type { Decided } from "./decided.js";

const sample = useSampleStore();
const { succeed, read } = sample;

const decide = (state: string, ...more: readonly string[]) =>
  read<Decided>("decide", "--agent", "agent-1", "--state", state, ...more);

describe("policycache report", () => {
  it("learns once from a decision, and says so in both forms", async () => {
    const { decisionId } = await decide(STAGING);
    const text = await succeed("report", decisionId, "--outcome", "success", "--reward", "0.9");
    expect(text).toMatch(
      /^learned\nQ-value +0\.\d{3}\nconfidence +0\.\d{3}\nTD error +0\.\d{3}\nprediction error +0\.\d{3}\n$/,
    );
    expect(await succeed("report", decisionId, "--outcome", "success")).toMatch(/^repeated {2}/);
    expect(await read("report", decisionId, "--outcome", "failure")).toEqual({
      status: "repeated",
      tdError: 0,
      predictionError: 0,
    });
  });

  it("takes a negative reward and the state that followed", async () => {
    const { decisionId } = await decide(ONCE_GOOD);
    const parameters = ["report", decisionId, "--outcome", "failure", "--reward", "-0.5", "--next-state", STAGING];
    const { status, qValue } = await read<{ status: string; qValue: number }>(...parameters);
    expect(status).toBe("learned");
    const page = await read<{ policies: { entry: { actionType: string; qValue: number } }[] }>(
      "policies",
      "--agent",
      "agent-1",
    );
    expect(page.policies.find(({ entry }) => entry.actionType === "restart")?.entry.qValue).toBe(qValue);
  });

  it("counts the outcome as evidence when the policy is gone", async () => {
    const { decisionId } = await read<Decided>("decide", "--agent", "agent-2", "--state", STAGING);
    const cache = await PolicyCache.open(join(sample.folder, "policies.db"), { workers: "none" });
    const identity = { agentId: "agent-2", stateFingerprint: STAGING_FINGERPRINT, actionType: "run_playbook" };
    await cache.policies.delete(identity);
    await cache.close();
    const text = await succeed("report", decisionId, "--outcome", "failure");
    expect(text).toBe("gone  The policy no longer exists; the outcome was counted as evidence.\n");
  });
});
