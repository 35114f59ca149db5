import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { LifeRecord } from "./life.js";
import type { Town } from "./play.js";
import type { Setting } from "./setting.js";
import type { Job } from "./worker.js";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Decisions in one job: so few that no process waits long for the others in the end. */
const DECISIONS_PER_JOB = 20_000;

interface Task {
  readonly job: Job;
  readonly resolve: (records: readonly LifeRecord[]) => void;
  readonly reject: (reason: Error) => void;
}

/** Processes that live through worlds side by side. What comes out does not depend on their number. */
export class Players {
  readonly #all: readonly ChildProcess[];
  readonly #idle: ChildProcess[];
  readonly #waiting: Task[] = [];
  readonly #running = new Map<ChildProcess, Task>();
  readonly #onDone: (open: number) => void;

  /** @param onDone - told how many jobs are left */
  constructor(processes: number, onDone: (open: number) => void) {
    this.#onDone = onDone;
    this.#all = Array.from({ length: processes }, () => this.#start());
    this.#idle = [...this.#all];
  }

  /** @returns a record of each world, in order */
  async play(setting: Setting, worlds: number, seed: number): Promise<readonly LifeRecord[]> {
    const perJob = Math.max(1, Math.floor(DECISIONS_PER_JOB / setting.decisions));
    const parts: Promise<readonly LifeRecord[]>[] = [];
    for (let from = 0; from < worlds; from += perJob) {
      parts.push(this.#do({ worlds: { setting, seed, from, to: Math.min(worlds, from + perJob) } }));
    }
    return (await Promise.all(parts)).flat();
  }

  /** @returns a record of each state */
  playTown(town: Town): Promise<readonly LifeRecord[]> {
    return this.#do({ town });
  }

  close(): void {
    for (const player of this.#all) if (player.connected) player.disconnect();
  }

  #start(): ChildProcess {
    const player = fork(WORKER, { execArgv: process.execArgv });
    player.on("message", (records: readonly LifeRecord[]) => {
      this.#running.get(player)?.resolve(records);
      this.#running.delete(player);
      this.#idle.push(player);
      this.#onDone(this.#waiting.length + this.#running.size);
      this.#next();
    });
    player.on("exit", (code, signal) => {
      this.#running.get(player)?.reject(new Error(`A process that lives through worlds has ended: ${signal ?? code}.`));
    });
    return player;
  }

  #do(job: Job): Promise<readonly LifeRecord[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    const player = this.#idle.pop();
    const task = this.#waiting.shift();
    if (player !== undefined && task !== undefined) {
      this.#running.set(player, task);
      player.send(task.job);
    } else {
      if (player !== undefined) this.#idle.push(player);
      if (task !== undefined) this.#waiting.unshift(task);
    }
  }
}
