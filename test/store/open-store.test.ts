import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../src/index.js";
import { openStore } from "../../src/models.js";

/** A server that takes connections and says nothing. */
async function silentServer() {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return { url: `redis://127.0.0.1:${address.port}`, connected: once(server, "connection") };
}

const openers = [
  { name: "a store", open: openStore },
  { name: "a cache", open: PolicyCache.open },
];

describe.each(openers)("opening $name", ({ open }) => {
  it("waits for a silent server no longer than the signal says", async () => {
    const { url, connected } = await silentServer();
    const controller = new AbortController();
    const opening = open(url, { signal: controller.signal, connectTimeoutMs: 500 });
    await connected;
    const reason = new Error("no time left");
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  it("does not begin when the signal is aborted, and refuses what is none", async () => {
    await expect(open("memory:", { signal: AbortSignal.abort("late") })).rejects.toBe("late");
    await expect(open("memory:", { signal: {} as AbortSignal })).rejects.toThrow(/^signal is .*AbortSignal/);
  });

  it("takes no notice of a signal once it is open", async () => {
    const controller = new AbortController();
    const opened = await open("memory:", { signal: controller.signal });
    controller.abort();
    await opened.close();
  });
});
