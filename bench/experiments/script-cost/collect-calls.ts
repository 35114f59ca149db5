import { decisionIdOf } from "../../harness/decision-id.js";
import { library } from "../../harness/library.js";
import type { RedisClient } from "../../harness/redis/client.js";
import { sampleEvent } from "../../harness/stores/sample-events.js";
import { SAMPLE_DEFAULTS } from "../../harness/stores/sample-store.js";
import { type Argument, ID, type SentCall, sentCall } from "./sent-call.js";

/** The calls of one operation, and its script. */
export interface CollectedCalls {
  readonly name: string;
  readonly calls: SentCall[];
  lua: string;
}

/** Scripted calls as they are sent. */
export async function collectCalls(client: RedisClient, pairs: number): Promise<readonly CollectedCalls[]> {
  const notes = new CallNotes();
  let decisions = 0;
  const createId = () => `${ID}decision-${++decisions}`;
  const options = { defaults: SAMPLE_DEFAULTS, createId };
  const location = { client: notes.watch(client) };
  const inline = await library.PolicyCache.open(location, { ...options, workers: "inline" });
  const none = await library.PolicyCache.open(location, { ...options, workers: "none" });
  for (let pair = 0; pair < pairs; pair += 1) {
    const event = sampleEvent(pair, { id: `${ID}event-${pair}` });
    const { agentId, state } = event;
    const decisionId = decisionIdOf(await none.decide({ agentId, state }));
    await notes.during("report", () => none.report(decisionId, { outcome: "success", reward: 0.8 }));
    await notes.during("record, workers: inline", () => inline.record({ ...event, id: `${ID}inline-${pair}` }));
    await notes.during("record, workers: none", () => none.record(event));
    await none.flush();
  }
  await inline.close();
  await none.close();
  return notes.collected();
}

/** Notes the scripts that are called while something runs. */
class CallNotes {
  readonly #collected = new Map<string, CollectedCalls>();
  #running: string | undefined;

  collected(): readonly CollectedCalls[] {
    return [...this.#collected.values()];
  }

  async during(name: string, call: () => Promise<unknown>): Promise<void> {
    this.#running = name;
    await call();
    this.#running = undefined;
  }

  /** @returns a client that does what the given one does */
  watch(client: RedisClient): RedisClient {
    const sendCommand: RedisClient["sendCommand"] = async (command, options) => {
      this.#note(command);
      return client.sendCommand(command, options);
    };
    return new Proxy(client, {
      get(target, property) {
        if (property === "sendCommand") return sendCommand;
        const value: unknown = Reflect.get(target, property);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  #note(command: readonly Argument[]): void {
    const [verb, script, ...given] = command;
    if (this.#running === undefined || !String(verb).startsWith("EVAL") || given[0] === "1") return;
    const notes = this.#collected.get(this.#running) ?? { name: this.#running, calls: [], lua: "" };
    this.#collected.set(this.#running, notes);
    notes.calls.push(sentCall(given));
    if (verb === "EVAL") notes.lua = String(script);
    // Makes the library send the text.
    else if (notes.lua === "") throw new Error("NOSCRIPT No matching script.");
  }
}
