import { createClient } from "@redis/client";
import { expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { DEPLOY, outcome, successes } from "../../support/events.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";

describeWithServer("scripts on Redis", () => {
  async function connect() {
    const { url } = await startRedis();
    const client = await createClient({ url }).connect();
    onTestFinished(() => client.destroy());
    return { url, client };
  }

  it("are one for all events recorded at the same moment, each counted for its caller", async () => {
    const { url, client } = await connect();
    const cache = await PolicyCache.open(url, { workers: "none" });
    onTestFinished(() => cache.close());
    await client.configResetStat();
    const calls = [
      cache.record(outcome("success", { id: "one" })),
      cache.recordMany([
        outcome("success", { id: "two" }),
        outcome("success", { id: "one" }),
        outcome("success", { id: "three" }),
      ]),
      cache.record(outcome("success", { id: "two" })),
      ...Array.from({ length: 20 }, () => cache.record(outcome("success"))),
    ];
    await expect(cache.record(outcome("success", { reward: Number.NaN }))).rejects.toThrow("reward");
    const [one, many, two, ...others] = await Promise.all(calls);
    expect(one).toMatchObject({ recorded: true });
    expect(many).toMatchObject({ recorded: 2, duplicates: 1 });
    expect(two).toMatchObject({ recorded: false });
    expect(others.every(({ recorded }) => recorded === true)).toBe(true);
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(String(await client.info("commandstats")))?.[1]).toBe("1");
    await cache.flush();
    expect((await cache.statistics()).totals).toMatchObject({ events: 23 });
  });

  it("are three for 60 calls of a moment, which keep their order", async () => {
    const { url, client } = await connect();
    const cache = await PolicyCache.open(url, { workers: "none" });
    onTestFinished(() => cache.close());
    await client.configResetStat();
    const ids = Array.from({ length: 60 }, (_, index) => (index === 59 ? "event 0" : `event ${index}`));
    const results = await Promise.all(ids.map((id) => cache.record(outcome("success", { id }))));
    expect(results.map(({ recorded }) => recorded)).toEqual(ids.map((_, index) => index < 59));
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(String(await client.info("commandstats")))?.[1]).toBe("3");
    const entries = await client.xRange("{policycache:0}:stream:policy_mutations", "-", "+");
    expect(entries?.map(({ message }) => JSON.parse(message.fields ?? "").eventId)).toEqual(ids.slice(0, 59));
  });

  it("are repeated with what creating a policy takes when one is created or gone", async () => {
    const { url } = await connect();
    const cache = await PolicyCache.open(url, { workers: "inline" });
    onTestFinished(() => cache.close());
    expect(await cache.recordMany(successes(8))).toMatchObject({ crystallized: 1 });
    const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    if (decision.kind !== "serve") throw new Error(decision.reason);
    await cache.policies.delete({ ...decision, actionType: decision.action.type });
    expect(await cache.report(decision.decisionId, { outcome: "success" })).toMatchObject({ status: "gone" });
    for (let more = 0; more < 6; more += 1) await cache.record(outcome("success"));
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
  });
});
