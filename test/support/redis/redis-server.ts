import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { eventually } from "../eventually.js";
import { createTemporaryFolder, removeFolder } from "../temporary-folder.js";
import { type Certificates, createCertificates } from "./certificates.js";
import { findRedisServer } from "./find-redis-server.js";
import { freePorts } from "./free-ports.js";

export interface RedisServerOptions {
  /** When the append-only file is flushed. Without it nothing is persisted. */
  readonly appendFsync?: "always" | "everysec";
  /** As the server writes it: "32mb". What does not fit is refused (`noeviction`). */
  readonly maxMemory?: string;
  /** Of the default user. */
  readonly password?: string;
  /** One more user, with rules as ACL SETUSER takes them: "~* &* +@all". */
  readonly user?: { readonly name: string; readonly password: string; readonly rules: string };
  /** Also listen for TLS, with these certificates or some that are made for it. */
  readonly tls?: true | Certificates;
  /** A node of a cluster, which someone else forms. */
  readonly cluster?: boolean;
  readonly replicaOf?: RedisServer;
  /** Further lines of the configuration file. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A redis-server (or valkey-server) on this machine, with its data in a temporary folder. */
export class RedisServer {
  readonly #options: RedisServerOptions;
  #folder: string | undefined;
  #ports: { readonly tcp: number; readonly bus: number; readonly tls: number } | undefined;
  #process: ChildProcess | undefined;
  #watchdog: ChildProcess | undefined;
  #certificates: Certificates | undefined;

  constructor(options: RedisServerOptions = {}) {
    this.#options = options;
  }

  /** Where its data is. */
  get folder(): string {
    if (this.#folder === undefined) throw new Error("The server was not started.");
    return this.#folder;
  }

  get port(): number {
    return this.#startedPorts().tcp;
  }

  /** For servers with `tls`. */
  get tlsPort(): number {
    return this.#startedPorts().tls;
  }

  /** Where the nodes of a cluster talk to each other. */
  get busPort(): number {
    return this.#startedPorts().bus;
  }

  /** `redis://127.0.0.1:port`, with the password of the default user if there is one. */
  get url(): string {
    const { password } = this.#options;
    return `redis://${password === undefined ? "" : `:${encodeURIComponent(password)}@`}127.0.0.1:${this.port}`;
  }

  /** `rediss://127.0.0.1:port`, likewise; for servers with `tls`. */
  get tlsUrl(): string {
    return this.url.replace("redis:", "rediss:").replace(`:${this.port}`, `:${this.tlsPort}`);
  }

  /** Every server listens on this unix socket too. */
  get socketPath(): string {
    return join(this.folder, "socket");
  }

  /** For servers with `tls`. */
  get certificates(): Certificates {
    if (this.#certificates === undefined) throw new Error("The server was not started with tls.");
    return this.#certificates;
  }

  get running(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What the server wrote to its log. */
  log(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  /** Resolves when the server answers commands. */
  async start(): Promise<void> {
    const { tls, cluster } = this.#options;
    this.#folder = createTemporaryFolder();
    if (tls !== undefined) this.#certificates = tls === true ? createCertificates(this.folder) : tls;
    for (let attempt = 1; ; attempt += 1) {
      const [tcp = 0, bus = 0, tlsPort = 0] = await freePorts(3);
      this.#ports = { tcp, bus: cluster === true ? bus : 0, tls: tls === undefined ? 0 : tlsPort };
      try {
        return await this.restart();
      } catch (error) {
        // Another process may have taken a port since it was found free.
        if (attempt === 3) throw error;
      }
    }
  }

  /**
   * Starts it again after `stop` or `kill`, on the same port and data.
   *
   * @param until - "ready": it answers commands; "listening": it may still be loading its data
   */
  async restart(until: "ready" | "listening" = "ready"): Promise<void> {
    const executable = findRedisServer();
    if (executable === undefined) throw new Error("There is no redis-server on the PATH.");
    const configuration = join(this.folder, "server.conf");
    writeFileSync(configuration, this.#configuration());
    const log = openSync(join(this.folder, "log"), "a");
    const child = spawn(executable, [configuration], { stdio: ["ignore", log, log] });
    child.unref();
    closeSync(log);
    this.#process = child;
    this.#watchdog ??= startWatchdog(this.folder);
    await eventually("the server answers", async () => {
      if (!this.running) throw new Error(`The server did not start:\n${this.log()}`);
      const reply = await ping(this.port);
      return reply !== undefined && (until === "listening" || !reply.startsWith("-LOADING"));
    });
  }

  /** Ends it in order, as a service manager would, keeping its data. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** `kill -9`. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || !this.running) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** Stops its process without ending it: connections stay open and nothing answers. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    this.#watchdog?.kill("SIGKILL");
    if (this.#folder !== undefined) removeFolder(this.#folder);
  }

  /** Sends one command on a connection of its own, as the default user. */
  async command(...words: readonly (string | number)[]): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on("error", () => {}); // A failing connection also rejects the command.
    await client.connect();
    try {
      return await client.sendCommand(words.map(String));
    } finally {
      client.destroy();
    }
  }

  /** A field of INFO: "used_memory", "role". @throws when there is none of that name */
  async info(field: string): Promise<string> {
    const text = String(await this.command("INFO", "everything"));
    const value = new RegExp(`^${field}:(.*?)\r?$`, "m").exec(text)?.[1];
    if (value === undefined) throw new Error(`INFO has no field ${field}.`);
    return value;
  }

  #startedPorts() {
    if (this.#ports === undefined) throw new Error("The server was not started.");
    return this.#ports;
  }

  #configuration(): string {
    const { appendFsync, maxMemory, password, user, tls, cluster, replicaOf, settings = {} } = this.#options;
    const { tcp, bus, tls: tlsPort } = this.#startedPorts();
    const lines = [
      ["bind", "127.0.0.1"],
      ["port", tcp],
      ["unixsocket", this.socketPath],
      ["dir", this.folder],
      ["pidfile", join(this.folder, "pid")],
      ["save", '""'],
      ["enable-debug-command", "local"],
      ["repl-diskless-sync-delay", 0],
    ];
    if (appendFsync !== undefined) lines.push(["appendonly", "yes"], ["appendfsync", appendFsync]);
    if (maxMemory !== undefined) lines.push(["maxmemory", maxMemory], ["maxmemory-policy", "noeviction"]);
    if (password !== undefined) lines.push(["requirepass", JSON.stringify(password)]);
    if (user !== undefined) lines.push(["user", `${user.name} on ">${user.password}" ${user.rules}`]);
    if (replicaOf !== undefined) lines.push(["replicaof", `127.0.0.1 ${replicaOf.port}`]);
    if (cluster === true) lines.push(["cluster-enabled", "yes"], ["cluster-port", bus]);
    if (tls !== undefined) {
      const { authority, certificate, key } = this.certificates;
      lines.push(["tls-port", tlsPort], ["tls-ca-cert-file", authority], ["tls-auth-clients", "no"]);
      lines.push(["tls-cert-file", certificate], ["tls-key-file", key]);
      if (cluster === true) lines.push(["tls-cluster", "yes"]);
    }
    lines.push(...Object.entries(settings));
    return lines.map((line) => `${line.join(" ")}\n`).join("");
  }
}

/** The reply to PING, or undefined when nothing answers. */
function ping(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const answer = (reply: string | undefined) => {
      socket.destroy();
      resolve(reply);
    };
    socket.setTimeout(1000, () => answer(undefined));
    socket.on("error", () => answer(undefined));
    socket.on("data", (data) => answer(data.toString("utf8")));
  });
}

/** Kills the server of a folder and removes the folder when this process ends, however it ends. */
function startWatchdog(folder: string): ChildProcess {
  const script = 'read -r _; kill -9 "$(cat "$0/pid")" 2>/dev/null; rm -rf "$0"';
  const watchdog = spawn("sh", ["-c", script, folder], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  return watchdog;
}
