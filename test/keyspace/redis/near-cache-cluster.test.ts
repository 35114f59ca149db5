import { createCluster } from "@redis/client";
import { expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { eventually } from "../../support/eventually.js";
import { describeWithCluster } from "../../support/redis/describe-with-redis.js";
import { AGENTS, openTwo, ownerOf, placeOf, record, trials, untilKept, untilSeen } from "./near-cache-agents.js";

const TIMEOUT_MS = 60_000;

describeWithCluster("the near cache on a cluster", (cluster) => {
  it(
    "answers for every master what it has read, until somebody else changes it",
    async () => {
      const [near, other] = await openTwo(cluster, "calm");
      const masters = await Promise.all(AGENTS.map((agentId) => ownerOf(cluster, placeOf(near, agentId, "calm"))));
      expect(new Set(masters).size).toBe(3);
      for (let count = 1; count <= 4; count += 1) {
        for (const agentId of AGENTS) await record(other, agentId, `event-${count}`);
        await untilSeen(near, count);
        await untilKept(cluster, near, count);
      }
    },
    TIMEOUT_MS,
  );

  it("works with a cluster client of the caller's that tells which node has a key", async () => {
    const client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    await client.connect();
    onTestFinished(() => client.destroy());
    const near = await PolicyCache.open({ client }, { prefix: "given", workers: "inline", nearCache: true });
    for (const agentId of AGENTS) await record(near, agentId, "first");
    await untilKept(cluster, near, 1);
    await near.close();
    Object.defineProperty(client, "getNodeClientForKey", { value: undefined });
    const opening = PolicyCache.open({ client }, { prefix: "given", nearCache: true });
    await expect(opening).rejects.toMatchObject({ code: "INVALID_CONFIGURATION", option: "nearCache" });
  });

  it(
    "forgets everything when the connection to one master breaks",
    async () => {
      const [near, other] = await openTwo(cluster, "cut");
      for (const [index, master] of cluster.masters.entries()) {
        for (const agentId of AGENTS) await record(other, agentId, `event-${index}`);
        await untilSeen(near, index + 1);
        const clients = String(await master.command("CLIENT", "LIST")).split("\n");
        const tracking = clients.find((line) => / flags=\w*t/.test(line)) ?? expect.fail("Nothing is tracked.");
        await master.command("CLIENT", "KILL", "ID", /id=(\d+)/.exec(tracking)?.[1] ?? "");
      }
      for (const agentId of AGENTS) await record(other, agentId, "last");
      await untilSeen(near, 4);
      await untilKept(cluster, near, 4);
    },
    TIMEOUT_MS,
  );

  it(
    "sees what it found nowhere come up where its slot is moving to, and where it has moved",
    async () => {
      const [near, other] = await openTwo(cluster, "moved");
      const [moving = "", ...others] = AGENTS;
      expect(await trials(near, moving)).toBeUndefined();
      const place = placeOf(near, moving, "moved");
      const source = await ownerOf(cluster, place);
      const target = cluster.masters.find((master) => master !== source) ?? expect.fail("There is one master.");
      const move = await cluster.beginMove(place, target);
      await eventually("nothing of the slot is kept any more", async () => {
        const before = String(await source.info("total_error_replies"));
        await trials(near, moving);
        return (await source.info("total_error_replies")) !== before; // ASK: it asked
      });
      await cluster.endMove(move);
      await record(other, moving, "first");
      await eventually("it is seen", async () => (await trials(near, moving)) === 1);
      for (const agentId of others) await record(other, agentId, "first");
      await untilSeen(near, 1);
      await untilKept(cluster, near, 1);
    },
    TIMEOUT_MS,
  );
});
