import { createHash } from "node:crypto";
import { createClient } from "@redis/client";
import { type MessageValue, packMessage } from "./message-pack.js";
import { CONFIDENCE_STEP, DECAY_SCAN, FILTER_ADD, TD_STEP } from "./scripts.js";

// What the original sends to Redis for the calls of its PolicyCache page, without the time of Python around it: a lower
// bound of its cost. Differences are numbered in docs/specification/differences.md.

const CLASS_KEY = "$Class:PolicyEntry";
const CONFIDENCE_KEY = "$ConfF:PolicyEntry:confidence";
const FILTER_KEY = "$EF:PolicyEntry:bloom";
/** What its sizing gives for 100 000 items and 1 %. */
const FILTER_BITS = 958_505;
const FILTER_HASHES = 6;
const STREAM_MAX_LENGTH = 10_000;
const DECAY_RATE = 0.1;
const LIMIT = 10;
const PAIRS_PER_COMMAND = 1000;

type Client = Awaited<ReturnType<typeof connect>>;
type Command = readonly (string | Buffer)[];
type Pair = readonly [string, string];
/** Digests of the scripts, by their texts. */
const SHA1 = new Map<string, string>();

/** A policy, as the original saves it. */
export interface OriginalPolicy {
  readonly entryId: string;
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly state: MessageValue;
  readonly actionType: string;
  readonly spec: MessageValue;
  readonly qValue: number;
}

export class OriginalCommands {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<OriginalCommands> {
    const client = await connect(url);
    for (const script of [DECAY_SCAN, TD_STEP, CONFIDENCE_STEP, FILTER_ADD]) await client.scriptLoad(script);
    return new OriginalCommands(client);
  }

  close(): void {
    this.#client.destroy();
  }

  /** The key of a policy. Its generated id is part of it. */
  keyOf({ entryId, agentId, stateFingerprint, actionType }: OriginalPolicy): string {
    return ["PolicyEntry", actionType, agentId, entryId, stateFingerprint].join(":");
  }

  /**
   * `PolicyEntry.save()`: the fields one by one, the set of the class and one for each key field, the clock, the first
   * state of confidence and the filter in one transaction, then, in a round trip of its own, the event (difference 38).
   */
  async save(policy: OriginalPolicy): Promise<void> {
    await this.#sendTogether([["MULTI"], ...this.#savingCommands(policy), ["EXEC"]]);
    await this.#append(policy.agentId, this.keyOf(policy), "create");
  }

  /** Saves many at once, which the original does not: to fill its store. */
  async fill(policies: readonly OriginalPolicy[]): Promise<void> {
    await this.#sendTogether(policies.flatMap((policy) => this.#savingCommands(policy)));
  }

  #savingCommands(policy: OriginalPolicy): readonly Command[] {
    const { entryId, agentId, stateFingerprint, state, actionType, spec, qValue } = policy;
    const key = this.keyOf(policy);
    const fields: Readonly<Record<string, MessageValue>> = {
      entry_id: entryId,
      agent_id: agentId,
      state_fingerprint: stateFingerprint,
      state_features: state,
      action_type: actionType,
      action_spec: spec,
      q_value: { __Decimal__: true, as_encodable: String(qValue) },
      expected_value: Date.now() / 1000,
      confidence: 0.5,
    };
    const packed = Object.entries(fields).flatMap(([name, value]) => [name, packMessage(value)]);
    const sets = { entry_id: entryId, agent_id: agentId, state_fingerprint: stateFingerprint, action_type: actionType };
    const confidence = { confidence: 0.5, evidence_count: 0, corroborations: 0, contradictions: 0 };
    const filter = [FILTER_KEY, stateFingerprint, String(FILTER_BITS), String(FILTER_HASHES)];
    return [
      ["HSET", key, ...packed],
      ["SADD", CLASS_KEY, key],
      ...Object.entries(sets).map(([name, value]) => ["SADD", `$KeyF:PolicyEntry:${name}:${value}`, key]),
      ["ZADD", clockKey(agentId), String(Date.now() / 1000), key],
      ["HSETNX", CONFIDENCE_KEY, key, packMessage(confidence)],
      ["EVALSHA", sha1(FILTER_ADD), "1", ...filter],
    ];
  }

  /** `update_q_value(policy, reward, next_max_q)`: one script. */
  updateQValue(policy: OriginalPolicy, reward: number, nextMaxQ: number): Promise<unknown> {
    return this.#evaluate(TD_STEP, [this.keyOf(policy)], [reward, 0.1, 0.95, nextMaxQ]);
  }

  /**
   * What a reported success does to a policy of the original: outcome "acted" touches the clock and signals confidence,
   * which logs an event of its own; `update_q_value` is a call besides (difference 30).
   * Evidence, links and prediction errors of ours have no counterpart.
   */
  async learn(policy: OriginalPolicy, reward: number): Promise<void> {
    const key = this.keyOf(policy);
    const now = String(Date.now() / 1000);
    await Promise.all([
      this.#client.sendCommand(["ZADD", clockKey(policy.agentId), now, key]),
      this.#evaluate(CONFIDENCE_STEP, [CONFIDENCE_KEY], [key, 0.9]),
    ]);
    await this.#append(policy.agentId, key, "confidence_update");
    await this.updateQValue(policy, reward, 0);
  }

  /** `top_by_decay(n)`: scores every policy of the agent in one script (difference 14), then reads the best. */
  async topByDecay(agentId: string, count = LIMIT): Promise<void> {
    const ranked = await this.#scan(agentId, count);
    await this.#readAll(ranked.map(([key]) => key));
  }

  /**
   * `composite_score(indexes)` over value and confidence: the scan above with everything sent to the client, the whole map
   * of confidence read, both sent back as sorted sets, united by weight, and the best read (differences 13 and 14).
   * Asking for one state does the same work (difference 12).
   */
  async compositeScore(agentId: string, weights = { value: 0.6, confidence: 0.2 }): Promise<void> {
    const scores = await this.#scan(agentId, Number.MAX_SAFE_INTEGER);
    const states = pairsIn(await this.#client.sendCommand(["HGETALL", CONFIDENCE_KEY]));
    const [value, confidence, union] = ["$Tmp:value", "$Tmp:confidence", "$Tmp:union"];
    const commands: Command[] = [
      ...addInParts(
        value,
        scores.map(([key, score]) => [score, key]),
      ),
      ...addInParts(
        confidence,
        states.map(([key]) => ["0.5", key]), // left packed: decoding is the client's,
      ),
    ];
    const weighted = ["WEIGHTS", String(weights.value), String(weights.confidence), "AGGREGATE", "SUM"];
    commands.push(["ZUNIONSTORE", union, "2", value, confidence, ...weighted]);
    commands.push(["ZREVRANGE", union, "0", String(LIMIT - 1), "WITHSCORES"], ["DEL", value, confidence, union]);
    const replies = await this.#sendTogether(commands);
    await this.#readAll(pairsIn(replies.at(-2)).map(([key]) => key));
  }

  /** @returns keys with their scores, the best first */
  async #scan(agentId: string, count: number): Promise<readonly Pair[]> {
    const keys = [clockKey(agentId)];
    return pairsIn(await this.#evaluate(DECAY_SCAN, keys, [Date.now() / 1000, DECAY_RATE, count, "q_value"]));
  }

  #evaluate(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.#client.sendCommand(["EVALSHA", sha1(script), String(keys.length), ...keys, ...values.map(String)]);
  }

  #readAll(keys: readonly string[]): Promise<readonly unknown[]> {
    return this.#sendTogether(keys.map((key) => ["HGETALL", key]));
  }

  /** In one round trip. */
  #sendTogether(commands: readonly Command[]): Promise<readonly unknown[]> {
    return Promise.all(commands.map((command) => this.#client.sendCommand(command)));
  }

  #append(agentId: string, key: string, operation: string): Promise<unknown> {
    const trim = ["MAXLEN", "~", String(STREAM_MAX_LENGTH)];
    const fields = ["model", "PolicyEntry", "pk", key, "op", operation, "ts", String(Date.now() / 1000)];
    const stream = `stream:policy_mutations:${agentId}`;
    return this.#client.sendCommand(["XADD", stream, ...trim, "*", ...fields, "changed_fields", ""]);
  }
}

/** With the protocol of the original's client. */
function connect(url: string) {
  return createClient({ url, RESP: 2 }).connect();
}

function addInParts(key: string, members: readonly Pair[]): readonly Command[] {
  const commands: Command[] = [];
  for (let first = 0; first < members.length; first += PAIRS_PER_COMMAND) {
    commands.push(["ZADD", key, ...members.slice(first, first + PAIRS_PER_COMMAND).flat()]);
  }
  return commands;
}

/** A reply that lists names and values, or members and scores, in turns. */
function pairsIn(reply: unknown): readonly Pair[] {
  if (!Array.isArray(reply)) throw new Error("Expected a reply of members and scores.");
  const flat = reply.map(String);
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? "", flat[2 * index + 1] ?? ""]);
}

function sha1(script: string): string {
  const known = SHA1.get(script) ?? createHash("sha1").update(script).digest("hex");
  SHA1.set(script, known);
  return known;
}

function clockKey(agentId: string): string {
  return `$DecayF:PolicyEntry:expected_value:${agentId}`;
}
