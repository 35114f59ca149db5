import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { openStore } from "../../../src/store/store.js";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { openCacheAt } from "../../support/stores/stores.js";

/** Takes connections and never says a word. */
async function silentServer(): Promise<{ readonly url: string; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.resume();
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

const QUICK = { connectTimeoutMs: 300 };

describe("a server that takes the connection and says nothing", () => {
  const places = [
    ["a server", (url: string) => url],
    ["the nodes of a cluster", (url: string) => [url, url]],
  ] as const;

  it.each(places)("is given up in time, and no connection to it stays open, as %s", async (_name, placeOf) => {
    const { url, sockets } = await silentServer();
    const opening = openStore(placeOf(url), QUICK);
    await expect(opening).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retryable: true });
    await eventually("its connections are closed", () => sockets.size === 0);
  });

  it.each(places)("is given up when the signal is aborted, as %s", async (_name, placeOf) => {
    const { url, sockets } = await silentServer();
    const opening = openStore(placeOf(url), { ...QUICK, signal: AbortSignal.timeout(50) });
    await expect(opening).rejects.toMatchObject({ name: "TimeoutError" });
    await eventually("its connections are closed", () => sockets.size === 0);
  });
});

describeWithServer("a server that falls silent", () => {
  it("is left by all connections that were being opened when the cache is closed", async () => {
    const server = await startRedis();
    const options = { ...QUICK, commandTimeoutMs: 300, nearCache: true, onWorkerError: () => {} };
    const cache = await openCacheAt(server.url, options);
    // Its blocking reads and its near cache connect again, and again, to a server that says nothing.
    await server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    server.pause();
    await cache.decide({ state: { a: 1 } }).catch(() => {});
    await cache.close();
    server.resume();
    const connections = async () =>
      String(await server.command("CLIENT", "LIST"))
        .trim()
        .split("\n").length;
    await eventually("all are gone but the one that asks", async () => (await connections()) === 1);
  });
});
