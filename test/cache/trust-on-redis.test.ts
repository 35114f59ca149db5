import { expect, it, onTestFinished } from "vitest";
import type { OutcomeEvent } from "../../src/cache/events/outcome-event.js";
import { PolicyCache, type PolicyCacheOptions } from "../../src/cache/policy-cache.js";
import { expectAlike } from "../support/expect-alike.js";
import { describeWithRedis } from "../support/redis/describe-with-redis.js";

// What makes decisions trustworthy, through the public API: the same answers on Redis as in memory, at every step.

const STATE = { task: "deploy", env: "staging" };
const OTHER = { task: "deploy", env: "production" };
const NOW = 1_750_000_000;
const agentId = "agent-1";
const policy = { agentId, state: STATE, actionType: "go" };

function outcomes(outcome: "success" | "failure", count: number, more: Partial<OutcomeEvent> = {}): OutcomeEvent[] {
  return Array(count).fill({ agentId, state: STATE, action: { type: "go" }, outcome, ...more });
}

/** What a story tells: everything that was answered, and what it says of it in short. */
interface Told {
  readonly answers: readonly unknown[];
  readonly gist: readonly unknown[];
}

type Story = (cache: PolicyCache) => Promise<Told>;

describeWithRedis("on Redis as in memory", (server) => {
  let caches = 0;

  async function tell(location: string, story: Story, options: PolicyCacheOptions): Promise<Told> {
    let ids = 0;
    const cache = await PolicyCache.open(location, {
      workers: "inline",
      clock: () => NOW,
      createId: () => `id-${ids++}`,
      prefix: `cache-${caches++}`,
      ...options,
    });
    onTestFinished(() => cache.close());
    const told = await story(cache);
    const explained = [await cache.explain({ agentId, state: STATE }), await cache.explain({ agentId, state: OTHER })];
    return { ...told, answers: [...told.answers, ...explained, await cache.statistics()] };
  }

  function itTells(name: string, gist: readonly unknown[], story: Story, options: PolicyCacheOptions = {}): void {
    it(name, async () => {
      const inMemory = await tell("memory:", story, options);
      expect(inMemory.gist).toEqual(gist);
      expectAlike(await tell(server.url, story, options), inMemory);
    });
  }

  itTells(
    "policies are retired by outcomes, come back, and are retired and restored by name",
    ["serve", "abstain", "serve", "abstain", "serve"],
    async (cache) => {
      const answers = [];
      await cache.recordMany([...outcomes("success", 100), ...outcomes("failure", 2)]);
      answers.push(await cache.decide({ agentId, state: STATE }));
      await cache.recordMany(outcomes("failure", 1));
      answers.push(await cache.decide({ agentId, state: STATE }));
      await cache.recordMany(outcomes("success", 6));
      answers.push(await cache.decide({ agentId, state: STATE }));
      expect(await cache.retire(policy, "moving")).toBe(true);
      answers.push(await cache.decide({ agentId, state: STATE }));
      expect(await cache.restore(policy)).toBe(true);
      answers.push(await cache.decide({ agentId, state: STATE }));
      const events = await cache.policies.events.read({ partition: agentId });
      return { gist: answers.map(({ kind }) => kind), answers: [...answers, events.map(({ fields }) => fields)] };
    },
  );

  let isFrozen = false;
  itTells(
    "guards refuse, and refusals are counted",
    ["serve", "guard", "dependsOn", "validUntil", 3],
    async (cache) => {
      isFrozen = false;
      await cache.recordMany(outcomes("success", 8, { dependsOn: { playbook: "3" } }));
      const served = await cache.decide({ agentId, state: STATE, versions: { playbook: "3" } });
      isFrozen = true;
      const frozen = await cache.decide({ agentId, state: STATE });
      isFrozen = false;
      const outdated = await cache.decide({ agentId, state: STATE, versions: { playbook: "4" } });
      await cache.recordMany(outcomes("success", 1, { validUntil: NOW - 1 }));
      const expired = await cache.decide({ agentId, state: STATE });
      const refusals = [frozen, outdated, expired].map(({ refused }) => refused?.[0]?.by);
      const { refusals: count } = (await cache.statistics()).totals;
      return { gist: [served.kind, ...refusals, count], answers: [served, frozen, outdated, expired] };
    },
    { actions: { go: { guard: () => !isFrozen || "no deployments until Monday" } } },
  );

  itTells(
    "a fallback decides until there is a policy to serve",
    ["fallback", "fallback", "fallback", "fallback", "fallback", "fallback", "serve"],
    async (cache) => {
      const answers = [];
      const kinds = [];
      for (let ticket = 0; ticket < 7; ticket += 1) {
        const fallback = async () => ({ type: "go", spec: { ticket } });
        const decision = await cache.decide({ agentId, state: STATE, fallback });
        kinds.push(decision.kind);
        answers.push(decision, await cache.report(decision.decisionId, { outcome: "success", nextState: OTHER }));
        answers.push(await cache.report(decision.decisionId, { outcome: "failure" })); // once only
      }
      return { gist: kinds, answers };
    },
  );

  itTells(
    "an episode counts once",
    [5, "abstain", 6, "serve"],
    async (cache) => {
      const answers = [];
      const gist = [];
      for (let episode = 0; episode < 6; episode += 1) {
        const episodeId = `episode-${episode}`;
        await cache.recordMany(outcomes("success", 3, { episodeId, reward: 0.3 }));
        const decision = await cache.decide({ agentId, state: STATE, episodeId });
        answers.push(decision);
        if (decision.kind !== "abstain") {
          answers.push(await cache.report(decision.decisionId, { outcome: "failure" })); // was here before
        }
        if (episode < 4) continue;
        const { evidence } = await cache.explain({ agentId, state: STATE });
        gist.push(evidence[0]?.trials, decision.kind);
      }
      return { gist, answers };
    },
    { evidence: "episode" },
  );

  itTells(
    "what is invalidated does not come back with the next outcome",
    [{ retired: 1, startedOver: 1 }, "abstain", "abstain", { retired: 0, startedOver: 2 }, 0],
    async (cache) => {
      const answers = [];
      await cache.recordMany([
        ...outcomes("success", 8, { dependsOn: { playbook: "3" } }),
        ...outcomes("success", 5, { state: OTHER, dependsOn: { playbook: "3" } }),
        ...outcomes("success", 8, { action: { type: "ask" } }),
        ...outcomes("success", 8, { agentId: "agent-2", dependsOn: { playbook: "3" } }),
      ]);
      const invalidated = await cache.invalidate({ agentId, dependsOn: { playbook: "3" }, reason: "a new playbook" });
      await cache.recordMany([...outcomes("success", 5), ...outcomes("success", 5, { state: OTHER })]);
      const kinds = [];
      for (const state of [STATE, OTHER]) {
        const decision = await cache.decide({ agentId, state, weights: { accessCount: 0 } });
        answers.push(decision);
        kinds.push(
          decision.ranked.find(({ entry }) => entry.actionType === "go")?.evidence.passes ? "serve" : "abstain",
        );
      }
      const again = await cache.invalidate({ agentId, actionType: "go" });
      const { ranked } = await cache.decide({ agentId, state: STATE });
      const trials = ranked.find(({ entry }) => entry.actionType === "go")?.evidence.trials;
      answers.push(ranked, await cache.decide({ agentId: "agent-2", state: STATE }));
      return { gist: [invalidated, ...kinds, again, trials], answers };
    },
  );
});
