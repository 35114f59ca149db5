import { expect, it } from "vitest";
import { DEPLOY, outcome, successes } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";
import { ManualClock } from "../../support/manual-clock.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { expectCountedOnce, RecordingLoad, repeated } from "../../support/redis/recording-load.js";
import { TcpProxy } from "../../support/redis/tcp-proxy.js";
import { openCacheAt } from "../../support/stores/stores.js";

const TIMEOUT_MS = 60_000;

describeWithServer("a connection to Redis that is cut", () => {
  for (const when of ["before the reply", "at once"] as const) {
    it(`counts an event once that is recorded again because its call was cut ${when}`, async () => {
      const server = await startRedis();
      const proxy = await TcpProxy.to(server.port);
      const cache = await openCacheAt(proxy.url, { workers: "inline" });
      for (let round = 0; round < 20; round += 1) {
        const event = outcome("success", { id: `event-${round}` });
        proxy.cutAfter(`event-${round}`, when);
        await repeated(() => cache.record(event));
        expect(await repeated(() => cache.record(event))).toMatchObject({ recorded: false });
      }
      expect(proxy.cuts).toBe(20);
      const { totals, stream } = await cache.statistics();
      expect({ events: totals.events, appended: stream.appended }).toEqual({ events: 20, appended: 20 });
    });

    it(`learns once from a report that is repeated because its call was cut ${when}`, async () => {
      const server = await startRedis();
      const proxy = await TcpProxy.to(server.port);
      const options = { workers: "inline", clock: new ManualClock().read } as const;
      const cache = await openCacheAt(proxy.url, options);
      const undisturbed = await openCacheAt("memory:", options);
      for (const each of [cache, undisturbed]) await each.recordMany(successes(10));
      for (let round = 0; round < 10; round += 1) {
        const report = { outcome: round % 3 === 0 ? "failure" : "success", reward: round / 10 } as const;
        const [decision, other] = [
          await cache.decide({ agentId: "agent-1", state: DEPLOY }),
          await undisturbed.decide({ agentId: "agent-1", state: DEPLOY }),
        ];
        if (decision.kind === "abstain" || other.kind === "abstain") return expect.fail("abstained");
        proxy.cutAfter("report", when);
        await repeated(() => cache.report(decision.decisionId, report));
        expect(await repeated(() => cache.report(decision.decisionId, report))).toMatchObject({ status: "repeated" });
        await undisturbed.report(other.decisionId, report);
      }
      const [learned, expected] = [
        await cache.decide({ agentId: "agent-1", state: DEPLOY }),
        await undisturbed.decide({ agentId: "agent-1", state: DEPLOY }),
      ];
      const figures = ({ ranked }: typeof learned) => ranked.map(({ entry, evidence }) => [entry.qValue, evidence]);
      expect(figures(learned)).toEqual(figures(expected));
    });
  }

  it(
    "counts every event once while the server drops clients again and again",
    async () => {
      const server = await startRedis();
      const cache = await openCacheAt(server.url, { onWorkerError: () => {} });
      const load = new RecordingLoad(cache);
      for (let drop = 1; drop <= 10; drop += 1) {
        await eventually("events arrive", () => load.acknowledgedAtMs.size > drop * 50);
        await server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      await load.stop();
      expect(load.retries, "calls that were cut").toBeGreaterThan(0);
      await expectCountedOnce(cache, load.acknowledgedAtMs.size);
    },
    TIMEOUT_MS,
  );
});

describeWithServer("a Redis server that forgets its scripts", () => {
  it("is given them again, unnoticed by callers", async () => {
    const server = await startRedis();
    const cache = await openCacheAt(server.url);
    const load = new RecordingLoad(cache);
    for (let flush = 1; flush <= 20; flush += 1) {
      await eventually("events arrive", () => load.acknowledgedAtMs.size > flush * 20);
      await server.command("SCRIPT", "FLUSH");
      expect(await cache.decide({ agentId: "agent-1", state: DEPLOY })).toMatchObject({ kind: "abstain" });
    }
    await load.stop();
    expect(load.retries).toBe(0);
    await expectCountedOnce(cache, load.acknowledgedAtMs.size);
  });
});
