import { describe, expect, it } from "vitest";
import type { PolicyCacheOptions } from "../../src/cache/opening/cache-options.js";
import type { PolicyCache } from "../../src/cache/policy-cache.js";
import { type LoggedDecision, type WhatIfResult, whatIf } from "../../src/evaluation/index.js";
import { seededRandom } from "../support/seeded-random.js";
import { describeOnEveryEngine, openTestCache } from "../support/stores/stores.js";

interface Course {
  readonly decisions: number;
  readonly agent: (run: number, state: string) => string;
  readonly succeeds: (run: number, action: string) => boolean;
}

/** A clock that goes on by a minute for every look at it, so that runs are the same each time. */
function ticking(): () => number {
  let seconds = 1_750_000_000;
  return () => {
    seconds += 60;
    return seconds;
  };
}

/** An agent decides with a cache and reports everything, one after the other. @returns what was served and tried, by state */
async function live(cache: PolicyCache, { decisions, agent, succeeds }: Course) {
  const seen: Record<string, number> = {};
  for (let run = 0; run < decisions; run += 1) {
    const kind = ["refund", "question", "deploy"][run % 3] ?? "";
    const decision = await cache.decide({
      state: { kind },
      episodeId: `episode-${run}`,
      timeoutMs: 60_000,
      fallback: () => ({ type: agent(run, kind) }),
    });
    if (decision.kind === "serve" || decision.kind === "trial") {
      const name = `${decision.kind} ${decision.action.type} in ${kind}`;
      seen[name] = (seen[name] ?? 0) + 1;
    }
    const outcome = succeeds(run, decision.action.type) ? "success" : "failure";
    await cache.report(decision.decisionId, { outcome, reward: outcome === "success" ? 1 : 0 });
  }
  return seen;
}

function foreseen({ pairs }: WhatIfResult, when: "happened" | "would"): Record<string, number> {
  const seen: Record<string, number> = {};
  for (const { state, action, ...counts } of pairs) {
    for (const kind of ["serve", "trial"] as const) {
      const count = counts[when][kind];
      if (count > 0) seen[`${kind} ${action.type} in ${String(state.kind)}`] = count;
    }
  }
  return seen;
}

/** Decides by the state, at times otherwise; one action fails more than another, and one gets bad in between. */
function mixed(seed: number): Course {
  const random = seededRandom(seed);
  const best: Record<string, string> = { refund: "pay", question: "answer", deploy: "run" };
  return {
    decisions: 600,
    agent: (_run, state) => (random() < 0.1 ? "ask" : (best[state] ?? "ask")),
    succeeds: (run, action) =>
      random() < (action === "run" && run > 300 && run < 420 ? 0.3 : action === "ask" ? 0.7 : 0.98),
  };
}

const RULES: readonly (readonly [name: string, defaults: PolicyCacheOptions["defaults"]])[] = [
  ["the threshold", {}],
  ["another threshold", { ciThreshold: 0.8, wilsonZ: 2.58, minEvents: 12 }],
  ["an error budget", { errorBudget: 0.2 }],
  ["an error budget without trials", { errorBudget: 0.2, trials: { rate: 0 } }],
  ["a comparison with the agent", { worseThanAgent: 0.1, audits: 0.1 }],
  ["evidence by episode", { evidence: "episode", errorBudget: 0.25 }],
];

describeOnEveryEngine("whatIf with the rules in force", (engine) => {
  it.each(RULES)("serves and tries what was really served and tried: %s", async (_name, defaults) => {
    const cache = await openTestCache(engine, { workers: "inline", defaults, clock: ticking() });
    const seen = await live(cache, mixed(3));
    const result = await whatIf(cache.store);
    expect(foreseen(result, "happened")).toEqual(seen);
    expect(foreseen(result, "would")).toEqual(seen);
    expect(result.would.serve).toBe(result.happened.serve);
    expect(result.would.trial).toBe(result.happened.trial);
    expect(result.served).toMatchObject({ unknown: 0, own: { outcomes: 0 } });
    expect(result.served.taken.outcomes).toBe(result.happened.serve);
    for (const { happened, would } of result.changes) {
      expect(`${happened} ${would}`).toMatch(/^(serve serve|trial trial|fallback (suggest|abstain))$/);
    }
    expect(result.warnings).toEqual([]);
    if (!_name.includes("without trials")) expect(result.happened.serve).toBeGreaterThan(30);
  });

  it("fills slots, and knows templates again", async () => {
    const cache = await openTestCache(engine, { workers: "inline", clock: ticking() });
    let served = 0;
    for (let run = 0; run < 40; run += 1) {
      const params = { file: `file-${run}.ts` };
      const fallback = () => ({ type: "open", spec: { path: params.file } });
      const decision = await cache.decide({ state: { task: "open" }, params, timeoutMs: 60_000, fallback });
      if (decision.kind === "serve") served += 1;
      await cache.report(decision.decisionId, { outcome: "success" });
    }
    expect(served).toBeGreaterThan(20);
    const result = await whatIf(cache.store);
    expect(result.served).toMatchObject({ decisions: served, taken: { outcomes: served, failures: 0 } });
    expect(result.pairs).toMatchObject([{ action: { type: "open", spec: { path: null } }, would: { serve: served } }]);
  });

  it("knows what recorded events would have done", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let run = 0; run < 10; run += 1) {
      await cache.record({ state: { x: 1 }, action: { type: "a" }, outcome: "success", ts: 1000 + run });
    }
    const result = await whatIf(cache.store);
    expect(result).toMatchObject({ decisions: 10, happened: { recorded: 10 }, would: { abstain: 6, serve: 4 } });
    expect(result.served).toMatchObject({ own: { outcomes: 4, failures: 0 }, taken: { outcomes: 0 }, unknown: 0 });
  });
});

describeOnEveryEngine("whatIf with other rules", (engine) => {
  /** The coin of an episode is the same in every run, and the agent and the world depend on nothing else. */
  const steady: Course = {
    decisions: 450,
    agent: (_run, state) => (state === "deploy" ? "run" : "answer"),
    succeeds: (run, action) => action === "run" || run % 40 !== 0,
  };

  it("gives what a run under them gives, where the agent chooses by the state alone", async () => {
    const strict = await openTestCache(engine, { workers: "inline", defaults: { errorBudget: 0.1 }, clock: ticking() });
    const loose = await openTestCache(engine, { workers: "inline", defaults: { errorBudget: 0.25 }, clock: ticking() });
    const before = await live(strict, steady);
    const after = await live(loose, steady);
    expect(after).not.toEqual(before);
    const result = await whatIf(strict.store, { defaults: { errorBudget: 0.25 }, ownChoices: "taken" });
    expect(foreseen(result, "happened")).toEqual(before);
    expect(foreseen(result, "would")).toEqual(after);
    expect(result.served.unknown).toBe(0);
  });

  it("says what it cannot know", async () => {
    const cache = await openTestCache(engine, { workers: "inline", defaults: { ciThreshold: 0.99 }, clock: ticking() });
    const random = seededRandom(11);
    const agent = () => (random() < 0.75 ? "answer" : "ask");
    await live(cache, { decisions: 300, agent, succeeds: (run) => run % 25 !== 24 });
    const { served, happened } = await whatIf(cache.store, { defaults: { ciThreshold: 0.6 } });
    expect(happened.serve).toBe(0);
    const { decisions, own, taken, unknown, failures } = served;
    expect(unknown).toBeGreaterThan(20);
    expect(taken.outcomes + own.outcomes + unknown).toBe(decisions);
    expect(failures.least).toBeCloseTo(own.failures / decisions, 12);
    expect(failures.most).toBeCloseTo((own.failures + unknown) / decisions, 12);
    expect(own.lower).toBeLessThan(own.failures / own.outcomes);
    expect(own.upper).toBeGreaterThan(own.failures / own.outcomes);
  });

  it("says that the beginning of the log is missing", async () => {
    const cache = await openTestCache(engine, {
      workers: "inline",
      defaults: { streamMaxLength: 20 },
      clock: ticking(),
    });
    await live(cache, { ...steady, decisions: 300 });
    const { warnings } = await whatIf(cache.store);
    expect(warnings.map(({ code }) => code)).toContain("LOG_STARTS_LATE");
  });
});

describe("whatIf of a log", () => {
  const event: LoggedDecision = { state: { x: 1 }, action: { type: "a" }, outcome: "success" };

  it("proves nothing by own choices that vary, unless told that the agent chose by the state alone", async () => {
    const random = seededRandom(2);
    const log = Array.from({ length: 300 }, (): LoggedDecision => {
      return { ...event, action: { type: random() < 0.75 ? "a" : "b" }, decision: "fallback", propensity: 1 };
    });
    const careful = await whatIf(log, { defaults: { errorBudget: 0.2 } });
    expect(careful.would.serve).toBe(0);
    expect(careful.would.trial).toBeGreaterThan(0);
    expect(careful.warnings.map(({ code }) => code)).toEqual(["NO_TRIAL_KNOWN"]);
    const trusting = await whatIf(log, { defaults: { errorBudget: 0.2 }, ownChoices: "taken" });
    expect(trusting.would.serve).toBeGreaterThan(50);
    expect(trusting.warnings.map(({ code }) => code)).toEqual(["OUTCOMES_UNKNOWN", "OWN_CHOICES"]);
  });

  it("passes over what came before, tells of time that goes back, and takes one agent", async () => {
    const log: LoggedDecision[] = [
      { ...event, id: "1", ts: 20 } as LoggedDecision,
      { ...event, id: "1", ts: 20 } as LoggedDecision,
      { ...event, ts: 10 },
      { ...event, agentId: "other" },
    ];
    const all = await whatIf(log);
    expect(all).toMatchObject({ decisions: 3, repeated: 1 });
    expect(all.warnings.map(({ code }) => code)).toEqual(["TIME_GOES_BACK"]);
    expect(await whatIf(log, { agentId: "other" })).toMatchObject({ decisions: 1, repeated: 0 });
  });

  it("names the pairs that were asked for", async () => {
    const log = Array.from({ length: 60 }, (_, index) => ({ ...event, state: { x: index % 3 } }));
    const { pairs, morePairs } = await whatIf(log, { pairs: 1 });
    expect(pairs).toHaveLength(1);
    expect(morePairs).toBe(2);
  });

  it("ends when it is aborted", async () => {
    const stop = new AbortController();
    async function* endless(): AsyncGenerator<LoggedDecision> {
      for (let index = 0; ; index += 1) {
        if (index === 10) stop.abort(new Error("enough"));
        yield event;
      }
    }
    await expect(whatIf(endless(), { signal: stop.signal })).rejects.toThrow("enough");
  });

  it.each([
    ["an empty log", [], {}, "log"],
    ["what is no log", 7, {}, "log"],
    ["a decision without an outcome", [{ ...event, outcome: undefined, reward: 1 }], {}, "outcome"],
    ["a kind that there is not", [{ ...event, decision: "served" }], {}, "decision"],
    ["an unknown option", [event], { errorBudget: 0.1 }, "errorBudget"],
    ["an unknown constant", [event], { defaults: { errorBugdet: 0.1 } }, "defaults.errorBugdet"],
    ["a constant out of range", [event], { defaults: { errorBudget: 2 } }, "defaults.errorBudget"],
    ["another word for own choices", [event], { ownChoices: "trusted" }, "ownChoices"],
    ["a z of 0", [event], { z: 0 }, "z"],
    ["a seed that is no count", [event], { seed: 1.5 }, "seed"],
    ["pairs that are no count", [event], { pairs: -1 }, "pairs"],
  ])("refuses %s", async (_name, log, options, parameter) => {
    await expect(whatIf(log as never, options as never)).rejects.toMatchObject({
      message: expect.stringContaining(`${parameter} is `),
    });
  });
});
