import { createHash } from "node:crypto";
import { createClient } from "@redis/client";
import { packMessage } from "./message-pack.mjs";

// What the original sends to Redis for the calls of its PolicyCache page, without the time of Python around it: a lower
// bound of its cost. Differences are numbered in docs/specification/differences.md.

/** Reads every policy of an agent and scores it (difference 14). */
const DECAY_SCAN = `
local now, rate, count, field = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local touched = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local ranked = {}
for at = 1, #touched, 2 do
  local base, packed = 1, redis.call('HGET', touched[at], field)
  if packed then
    local value = cmsgpack.unpack(packed)
    if type(value) == 'table' then value = tonumber(value.as_encodable) end
    base = value or 1
  end
  local days = math.max((now - tonumber(touched[at + 1])) / 86400, 0.01)
  ranked[#ranked + 1] = { touched[at], base * days ^ -rate }
end
table.sort(ranked, function(one, other) return one[2] > other[2] end)
local reply = {}
for place = 1, math.min(count, #ranked) do
  reply[#reply + 1] = ranked[place][1]
  reply[#reply + 1] = tostring(ranked[place][2])
end
return reply`;

/** One step of a Q-value, kept as a tagged decimal text. */
const TD_STEP = `
local reward, alpha, gamma, future = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local q, packed = 0, redis.call('HGET', KEYS[1], 'q_value')
if packed then
  local value = cmsgpack.unpack(packed)
  if type(value) == 'table' then value = tonumber(value.as_encodable) end
  q = value or 0
end
local difference = reward + gamma * future - q
local text = tostring(q + alpha * difference)
redis.call('HSET', KEYS[1], 'q_value', cmsgpack.pack({ ['__Decimal__'] = true, as_encodable = text }))
return tostring(difference)`;

/** The capped running mean of confidence, in one map for all policies (difference 47). */
const CONFIDENCE_STEP = `
local state = cmsgpack.unpack(redis.call('HGET', KEYS[1], ARGV[1]))
local signal = tonumber(ARGV[2])
local count = math.min(state.evidence_count + 1, 20)
state.confidence = state.confidence + (signal - state.confidence) / (count + 1)
state.evidence_count = state.evidence_count + 1
local counter = signal >= 0.5 and 'corroborations' or 'contradictions'
state[counter] = state[counter] + 1
redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack(state))
return tostring(state.confidence)`;

/** Two multiplicative hashes modulo 2^52 and the bits they lead to. */
const FILTER_ADD = `
local bits, hashes, first, second = tonumber(ARGV[2]), tonumber(ARGV[3]), 5381, 16777619
for at = 1, #ARGV[1] do
  local byte = string.byte(ARGV[1], at)
  first = (first * 33 + byte) % 4503599627370496
  second = (second * 16777619 + byte) % 4503599627370496
end
for index = 0, hashes - 1 do redis.call('SETBIT', KEYS[1], (first % bits + index * (second % bits)) % bits, 1) end
return 1`;

const CLASS_KEY = "$Class:PolicyEntry";
const CONFIDENCE_KEY = "$ConfF:PolicyEntry:confidence";
const FILTER_KEY = "$EF:PolicyEntry:bloom";
/** What its sizing gives for 100 000 items and 1 %. */
const FILTER_BITS = 958_505;
const FILTER_HASHES = 6;
const STREAM_MAX_LENGTH = 10_000;
const DECAY_RATE = 0.1;
const LIMIT = 10;

export class OriginCommands {
  #client;
  #scripts = new Map();

  static async connect(url) {
    const commands = new OriginCommands();
    commands.#client = await createClient({ url, RESP: 2 }).connect();
    for (const script of [DECAY_SCAN, TD_STEP, CONFIDENCE_STEP, FILTER_ADD]) {
      await commands.#client.scriptLoad(script);
      commands.#scripts.set(script, createHash("sha1").update(script).digest("hex"));
    }
    return commands;
  }

  close() {
    this.#client.destroy();
  }

  /** The key of a policy. Its generated id is part of it. */
  keyOf({ entryId, agentId, stateFingerprint, actionType }) {
    return ["PolicyEntry", actionType, agentId, entryId, stateFingerprint].join(":");
  }

  /**
   * `PolicyEntry.save()`: the fields one by one, the set of the class and one for each key field, the clock, the first
   * state of confidence and the filter in one transaction, then, in a round trip of its own, the event (difference 38).
   */
  async save(policy) {
    await this.#sendTogether([["MULTI"], ...this.#savingCommands(policy), ["EXEC"]]);
    await this.#append(policy.agentId, this.keyOf(policy), "create");
  }

  /** Saves many at once, which the original does not: to fill its store. */
  async fill(policies) {
    await this.#sendTogether(policies.flatMap((policy) => this.#savingCommands(policy)));
  }

  #savingCommands(policy) {
    const { entryId, agentId, stateFingerprint, stateJson, actionType, specJson, qValue } = policy;
    const key = this.keyOf(policy);
    const fields = {
      entry_id: entryId,
      agent_id: agentId,
      state_fingerprint: stateFingerprint,
      state_features: JSON.parse(stateJson),
      action_type: actionType,
      action_spec: JSON.parse(specJson),
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
      ["EVALSHA", this.#scripts.get(FILTER_ADD), "1", ...filter],
    ];
  }

  /** `update_q_value(policy, reward, next_max_q)`: one script. */
  updateQValue(policy, reward, nextMaxQ) {
    return this.#evaluate(TD_STEP, [this.keyOf(policy)], [reward, 0.1, 0.95, nextMaxQ]);
  }

  /**
   * What a reported success does to a policy of the original: outcome "acted" touches the clock and signals confidence,
   * which logs an event of its own; `update_q_value` is a call besides (difference 30).
   * Evidence, links and prediction errors of ours have no counterpart.
   */
  async learn(policy, reward) {
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
  async topByDecay(agentId, count = LIMIT) {
    const reply = await this.#scan(agentId, count);
    return this.#readAll(reply.filter((_, index) => index % 2 === 0));
  }

  /**
   * `composite_score(indexes)` over value and confidence: the scan above with everything sent to the client, the whole map
   * of confidence read, both sent back as sorted sets, united by weight, and the best read (differences 13 and 14).
   * Asking for one state does the same work (difference 12).
   */
  async compositeScore(agentId, weights = { value: 0.6, confidence: 0.2 }) {
    const scores = await this.#scan(agentId, Number.MAX_SAFE_INTEGER);
    const states = await this.#client.sendCommand(["HGETALL", CONFIDENCE_KEY]);
    const [value, confidence, union] = ["value", "confidence", "union"].map((name) => `$Tmp:${name}`);
    const commands = [];
    const pairs = [];
    for (let index = 0; index < scores.length; index += 2) pairs.push(scores[index + 1], scores[index]);
    addInParts(commands, value, pairs);
    const keys = states.filter((_, index) => index % 2 === 0); // states are left packed: decoding is the client's
    addInParts(
      commands,
      confidence,
      keys.flatMap((key) => ["0.5", key]),
    );
    const weighted = ["WEIGHTS", String(weights.value), String(weights.confidence), "AGGREGATE", "SUM"];
    commands.push(["ZUNIONSTORE", union, "2", value, confidence, ...weighted]);
    commands.push(["ZREVRANGE", union, "0", String(LIMIT - 1), "WITHSCORES"], ["DEL", value, confidence, union]);
    const replies = await this.#sendTogether(commands);
    const best = replies.at(-2);
    return this.#readAll(best.filter((_, index) => index % 2 === 0));
  }

  #scan(agentId, count) {
    const keys = [clockKey(agentId)];
    return this.#evaluate(DECAY_SCAN, keys, [Date.now() / 1000, DECAY_RATE, count, "q_value"]);
  }

  #evaluate(script, keys, values) {
    const sha1 = this.#scripts.get(script);
    return this.#client.sendCommand(["EVALSHA", sha1, String(keys.length), ...keys, ...values.map(String)]);
  }

  #readAll(keys) {
    return this.#sendTogether(keys.map((key) => ["HGETALL", key]));
  }

  /** In one round trip. */
  #sendTogether(commands) {
    return Promise.all(commands.map((command) => this.#client.sendCommand(command)));
  }

  #append(agentId, key, operation) {
    const trim = ["MAXLEN", "~", String(STREAM_MAX_LENGTH)];
    const fields = ["model", "PolicyEntry", "pk", key, "op", operation, "ts", String(Date.now() / 1000)];
    const stream = `stream:policy_mutations:${agentId}`;
    return this.#client.sendCommand(["XADD", stream, ...trim, "*", ...fields, "changed_fields", ""]);
  }
}

const PAIRS_PER_COMMAND = 1000;

function addInParts(commands, key, pairs) {
  for (let first = 0; first < pairs.length; first += 2 * PAIRS_PER_COMMAND) {
    commands.push(["ZADD", key, ...pairs.slice(first, first + 2 * PAIRS_PER_COMMAND)]);
  }
}

function clockKey(agentId) {
  return `$DecayF:PolicyEntry:expected_value:${agentId}`;
}
