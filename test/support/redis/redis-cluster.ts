import { eventually } from "../eventually.js";
import { RedisServer, type RedisServerOptions } from "./redis-server.js";

const SLOT_COUNT = 16_384;

export interface RedisClusterOptions {
  readonly masters?: number;
  /** Of each master. */
  readonly replicas?: number;
  /** After how long without an answer a node counts as failing. */
  readonly nodeTimeoutMs?: number;
  /** For every node. */
  readonly node?: Pick<RedisServerOptions, "appendFsync" | "maxMemory" | "password" | "user" | "tls" | "settings">;
}

/** A slot on its way from one master to another. */
export interface SlotMove {
  readonly slot: number;
  readonly source: RedisServer;
  readonly target: RedisServer;
}

/** A cluster of servers on this machine. */
export class RedisCluster {
  readonly masters: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];

  constructor({ masters = 3, replicas = 0, nodeTimeoutMs = 2000, node = {} }: RedisClusterOptions = {}) {
    const settings = { "cluster-node-timeout": String(nodeTimeoutMs), ...node.settings };
    const create = () => new RedisServer({ ...node, settings, cluster: true });
    this.masters = Array.from({ length: masters }, create);
    this.replicas = Array.from({ length: masters * replicas }, create);
  }

  get nodes(): readonly RedisServer[] {
    return [...this.masters, ...this.replicas];
  }

  /** Of every node. */
  get urls(): readonly string[] {
    return this.nodes.map((node) => node.url);
  }

  /** Starts the nodes and forms the cluster. Resolves when every node finds it complete and replicas are in step. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()));
    const [first, ...others] = this.nodes;
    await Promise.all(this.nodes.map((node, index) => node.command("CLUSTER", "SET-CONFIG-EPOCH", index + 1)));
    await Promise.all(
      this.masters.map((node, index) => node.command("CLUSTER", "ADDSLOTSRANGE", ...this.#range(index))),
    );
    for (const { port, tlsPort, busPort } of others) {
      await first?.command("CLUSTER", "MEET", "127.0.0.1", tlsPort === 0 ? port : tlsPort, busPort);
    }
    await this.#eachNode("knows the others", async (node) => (await knownNodes(node)) === this.nodes.length);
    await Promise.all(this.replicas.map((replica, index) => this.#replicate(replica, index)));
    await this.#eachNode("finds the cluster complete", isComplete);
  }

  /** The running master of a key's slot, which a failover changes; undefined while there is none. */
  async masterOf(key: string): Promise<RedisServer | undefined> {
    for (const node of this.nodes.filter(({ running }) => running)) {
      const slot = Number(await node.command("CLUSTER", "KEYSLOT", key));
      if ((await ownSlots(node)).some(([first, last]) => first <= slot && slot <= last)) return node;
    }
    return undefined;
  }

  /** Begins to move a key's slot to another master. From now on each of the two has a part of it. */
  async beginMove(key: string, target: RedisServer): Promise<SlotMove> {
    const source = await this.masterOf(key);
    if (source === undefined) throw new Error(`No master has the slot of ${key}.`);
    const slot = Number(await source.command("CLUSTER", "KEYSLOT", key));
    await target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", String(await source.command("CLUSTER", "MYID")));
    await source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", String(await target.command("CLUSTER", "MYID")));
    return { slot, source, target };
  }

  /** Moves keys of a slot, at most so many. @returns how many */
  async moveKeys({ slot, source, target }: SlotMove, limit: number): Promise<number> {
    const keys = (await source.command("CLUSTER", "GETKEYSINSLOT", slot, limit)) as readonly string[];
    if (keys.length > 0) await source.command("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", ...keys);
    return keys.length;
  }

  /** Moves what is left, and makes the target the owner of the slot. */
  async endMove(move: SlotMove): Promise<void> {
    while ((await this.moveKeys(move, 100)) > 0) {
      // Until there is none.
    }
    const id = String(await move.target.command("CLUSTER", "MYID"));
    const others = this.masters.filter((node) => node.running && node !== move.target && node !== move.source);
    for (const node of [move.target, move.source, ...others]) {
      await node.command("CLUSTER", "SETSLOT", move.slot, "NODE", id);
    }
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()));
  }

  /** First and last slot of a master. */
  #range(index: number): readonly [number, number] {
    const bound = (count: number) => Math.floor((SLOT_COUNT * count) / this.masters.length);
    return [bound(index), bound(index + 1) - 1];
  }

  async #replicate(replica: RedisServer, index: number): Promise<void> {
    const id = String(await this.masters[index % this.masters.length]?.command("CLUSTER", "MYID"));
    await replica.command("CLUSTER", "REPLICATE", id);
    await eventually("the replica follows", async () => (await replica.info("master_link_status")) === "up");
  }

  #eachNode(what: string, holds: (node: RedisServer) => Promise<boolean>): Promise<unknown> {
    return Promise.all(this.nodes.map((node) => eventually(`${node.url} ${what}`, () => holds(node))));
  }
}

async function knownNodes(node: RedisServer): Promise<number> {
  return (await describeNodes(node)).length;
}

async function isComplete(node: RedisServer): Promise<boolean> {
  return String(await node.command("CLUSTER", "INFO")).includes("cluster_state:ok");
}

/** The slots a node itself says it serves; none for a replica. */
async function ownSlots(node: RedisServer): Promise<readonly (readonly [number, number])[]> {
  // A line is: id, address, flags, master, ping, pong, epoch, link, then slots or ranges of them.
  const own = (await describeNodes(node))
    .map((line) => line.split(" "))
    .find(([, , flags]) => flags?.includes("myself"));
  return (own ?? []).slice(8).map((range) => {
    const [first = "", last = first] = range.split("-");
    return [Number(first), Number(last)];
  });
}

async function describeNodes(node: RedisServer): Promise<readonly string[]> {
  return String(await node.command("CLUSTER", "NODES"))
    .trim()
    .split("\n");
}
