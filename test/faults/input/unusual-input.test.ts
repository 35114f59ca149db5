import { expect, it } from "vitest";
import { successes } from "../../support/events.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

import { LONE_SURROGATE, nested } from "./values.js";

describeOnEveryEngine("unusual but right input", (engine) => {
  it("keeps states apart whatever they contain, and pollutes nothing", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const states = [
      {},
      JSON.parse('{"__proto__": {"polluted": true}}'),
      JSON.parse('{"constructor": {"prototype": {"polluted": true}}}'),
      { text: LONE_SURROGATE },
      { text: "a\uDC00b" },
      { text: "nul\0 tab\t newline\n" },
      { "": "", "\uFF5E": 1, "\u{1F600}": 2 },
      { deep: nested(127) },
      { list: [null, [], {}, [[]], 0, -0, 1e-300, 1e300] },
      Object.assign(Object.create(null), { bare: true }),
      { text: "x".repeat(100_000) },
    ];
    for (const [index, state] of states.entries()) {
      const action = { type: "\u{10FFFF} any text", spec: { index } };
      await cache.recordMany(successes(6, { agentId: "\u{1F600}", state, action }));
    }
    for (const [index, state] of states.entries()) {
      const decision = await cache.decide({ agentId: "\u{1F600}", state });
      expect(decision).toMatchObject({ kind: "serve", action: { type: "\u{10FFFF} any text", spec: { index } } });
    }
    expect((await cache.statistics()).totals).toMatchObject({ states: states.length, policies: states.length });
    expect((await cache.policies.query({ agentId: "\u{1F600}" })).records).toHaveLength(states.length);
    expect("polluted" in {}).toBe(false);
  });
});
