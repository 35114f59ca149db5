import { expect, it } from "vitest";
import { canonicalJson } from "../../../src/maths/json/canonical-json.js";
import { successes } from "../../support/events.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";
import { FOREIGN_COPIES } from "./values.js";

describeOnEveryEngine("plain objects and arrays from elsewhere", (engine) => {
  it.each(FOREIGN_COPIES)("are plain ones: %s", async (_name, copied) => {
    const copy = copied as <Value>(value: Value) => Value;
    const cache = await openTestCache(engine, { workers: "inline" });
    const state = { files: ["a", { b: 1 }], nested: { deep: {} } };
    const versions = { playbook: "3" };
    const events = successes(6, { state, dependsOn: versions, params: { list: [1] }, nextState: { next: [] } });
    expect(await cache.recordMany(copy(events))).toMatchObject({ recorded: 6 });
    const request = { agentId: "agent-1", state, versions };
    const decision = await cache.decide(copy({ ...request, params: { list: [1] } }));
    expect(decision.kind).toBe("serve");
    const { decisionId = "" } = decision as { decisionId?: string };
    expect((await cache.report(decisionId, copy({ outcome: "success", nextState: state }))).status).toBe("learned");
    expect((await cache.explain(copy(request))).decision.kind).toBe("serve");
    expect(await cache.retire(copy({ agentId: "agent-1", state, actionType: "run_playbook" }), "why")).toBe(true);
  });

  it.each(FOREIGN_COPIES)("have the same text: %s", (_name, copy) => {
    const value = { b: [1, { a: null }, []], a: {} };
    expect(canonicalJson(copy(value))).toBe(canonicalJson(value));
  });
});
