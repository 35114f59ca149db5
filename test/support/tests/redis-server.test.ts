import { readFileSync } from "node:fs";
import { createClient } from "@redis/client";
import { expect, it } from "vitest";
import { eventually } from "../eventually.js";
import { describeWithCluster, describeWithServer, startCluster, startRedis } from "../redis/describe-with-redis.js";

describeWithServer("a server of the tests", () => {
  it("keeps what was acknowledged through kill -9 when its append-only file is flushed always", async () => {
    const server = await startRedis({ appendFsync: "always" });
    await server.command("SET", "key", "value");
    await server.kill();
    await server.restart();
    expect(await server.command("GET", "key")).toBe("value");
  });

  it("listens on a unix socket, with a password and a user", async () => {
    const server = await startRedis({ password: "a b", user: { name: "agent", password: "x", rules: "~* &* +@all" } });
    const client = createClient({ username: "agent", password: "x", socket: { path: server.socketPath, tls: false } });
    await client.connect();
    expect(await client.sendCommand(["ACL", "WHOAMI"])).toBe("agent");
    client.destroy();
    expect(await server.command("ACL", "WHOAMI")).toBe("default");
  });

  it("listens for TLS with a certificate of its own authority", async () => {
    const server = await startRedis({ tls: true });
    const authority = readFileSync(server.certificates.authority);
    const client = createClient({ url: server.tlsUrl, socket: { tls: true, ca: authority } });
    await client.connect();
    expect(await client.sendCommand(["PING"])).toBe("PONG");
    client.destroy();
  });

  it("refuses what does not fit its memory", async () => {
    const server = await startRedis({ maxMemory: "4mb" });
    const fill = async () => {
      for (let count = 0; count < 10; count += 1) await server.command("SET", `key${count}`, "x".repeat(1_000_000));
    };
    await expect(fill()).rejects.toThrow(/OOM/);
  });

  it("answers nothing while paused, and all afterwards", async () => {
    const server = await startRedis();
    server.pause();
    let answered = false;
    const reply = server.command("PING").then((text) => {
      answered = true;
      return text;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    server.resume();
    expect(await reply).toBe("PONG");
  });
});

describeWithCluster("a cluster of the tests", (cluster) => {
  it("has three masters that share all slots", async () => {
    const owners = await Promise.all(["a", "b", "c", "foo", "user:7"].map((key) => cluster.masterOf(key)));
    expect(new Set(owners).size).toBe(3);
  });
});

describeWithServer("a cluster with replicas", () => {
  it("elects the replica of a master that was killed", async () => {
    const cluster = await startCluster({ replicas: 1, nodeTimeoutMs: 1000 });
    const master = await cluster.masterOf("key");
    await master?.kill();
    await eventually("another master serves the key", async () => (await cluster.masterOf("key")) !== undefined);
    expect(cluster.replicas).toContain(await cluster.masterOf("key"));
  });
});
