import { describe, expect, it } from "vitest";
import type { OutcomeEvent } from "../../src/cache/events/outcome-event.js";
import { readEntry } from "../../src/cache/events/read-entry.js";
import { MALFORMED_KEY } from "../../src/cache/outcome-keys.js";
import type { PolicyCache } from "../../src/cache/policy-cache.js";
import { updateQValue } from "../../src/cache/q-value.js";
import { crystallizationSettings } from "../../src/cache/recording/crystallization-settings.js";
import { keyedOutcome, withCreation } from "../../src/cache/recording/keyed-outcome.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../src/cache/recording/outcome-stream.js";
import type { Keyspace } from "../../src/keyspace/port/keyspace.js";
import { keyField, numberField, sortedField, textField } from "../../src/model/fields.js";
import { countDelivered } from "../../src/operations/outcomes/count-delivered.js";
import { appendEntry, createGroup, deliver, failEntry } from "../../src/operations/streams/streams.js";
import { defineModel } from "../../src/repository/define-model.js";
import { Repository } from "../../src/repository/repository.js";
import type { Store } from "../../src/store/store.js";
import { decisionRecord, idFor } from "../support/events.js";
import { FaultInjector, InjectedFault } from "../support/faults.js";
import { ManualClock } from "../support/manual-clock.js";
import { dumpKeys, dumpTables } from "../support/stores/dump.js";
import {
  atomically,
  EMBEDDED_ENGINES,
  type EngineName,
  freshLocation,
  openCacheAt,
  openTestStore,
} from "../support/stores/stores.js";
import { withoutRandomness } from "../support/stores/without-randomness.js";
import { CHANGING_METHODS, STRUCTURES, wrapKeyspace } from "../support/stores/wrapped-keyspace.js";

// Each scenario prepares a store and then runs one operation. The operation is made to fail before each of its changes
// and after the last one; every time the store must be as if it had never been called, and in the end it must still
// succeed with the same effect as on a store that never failed.

interface Scenario {
  readonly name: string;
  /** Name of the operation that is to fail. */
  readonly operation: string;
  /** Changes the operation is known to make at least; guards against a scenario that tests nothing. */
  readonly changes: number;
  /** Who counts what the preparation records. Default "inline"; never in the background, which the test cannot time. */
  readonly workers?: "none";
  readonly prepare: (cache: PolicyCache, clock: ManualClock) => Promise<unknown>;
  readonly act: (cache: PolicyCache, clock: ManualClock) => Promise<unknown>;
}

const Tool = defineModel("Tool", {
  identity: ["name"],
  fields: {
    name: keyField(),
    kind: keyField(),
    owner: keyField(),
    size: sortedField(),
    uses: numberField({ default: 0 }),
    note: textField({ default: "" }),
  },
  eventStream: { streamName: "tools", maxLength: 2 },
});

const STATE = { task: "deploy", env: "staging" };
const POLICY = { agentId: "agent-1", stateFingerprint: "86e6b7501eb99c29" };

function successes(count: number, actionType: string, ids = ""): OutcomeEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    agentId: POLICY.agentId,
    state: STATE,
    action: { type: actionType, spec: { index } },
    outcome: "success" as const,
    reward: 0.5,
    episodeId: `episode-${index}`,
    ...(ids === "" ? {} : { id: `${ids}-${index}` }),
  }));
}

function decisionFor({ store }: PolicyCache, actionType: string, context: readonly string[] = []): Promise<string> {
  return idFor(
    store,
    decisionRecord({
      ...POLICY,
      actionType,
      decidedAtSeconds: new ManualClock().nowSeconds,
      qValue: 0.6,
      context: context.map((action) => `${POLICY.stateFingerprint}\t${action}`),
    }),
  );
}

async function twoLinkedPolicies(cache: PolicyCache): Promise<void> {
  await cache.recordMany([...successes(6, "build"), ...successes(6, "ship")]);
  await cache.report(await decisionFor(cache, "ship", ["build"]), { outcome: "success", reward: 0.9 });
}

async function deliveredOutcomes(cache: PolicyCache): Promise<void> {
  const { store } = cache;
  await cache.recordMany(successes(7, "build", "id"));
  const fields = { op: "outcome", outcome: "perhaps", agentId: "agent-1" };
  const keys = { stream: OUTCOME_STREAM };
  await store.run(appendEntry, { keys, payload: fields, maxLength: 1000, nowSeconds: store.nowSeconds() }, 0);
  await deliverAll(cache);
}

async function deliverAll({ store }: PolicyCache) {
  const input = {
    keys: { stream: OUTCOME_STREAM },
    group: CRYSTALLIZER_GROUP,
    consumer: "consumer",
    claimTimeoutMs: 0,
    limit: 100,
    nowSeconds: store.nowSeconds(),
  };
  return store.run(deliver, input, 0);
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: "creating a record with look-ups, a sorted field and a trimmed event stream",
    operation: "create-record",
    changes: 7,
    prepare: async ({ store }) => {
      const tools = new Repository(store, Tool);
      for (const name of ["a", "b"]) await tools.create({ name, kind: "k", owner: "o", size: 1 });
    },
    act: ({ store }) => new Repository(store, Tool).create({ name: "c", kind: "k", owner: "o", size: 2 }),
  },
  {
    name: "creating a policy",
    operation: "create-record",
    changes: 6,
    prepare: async () => {},
    act: (cache) => cache.policies.create({ ...POLICY, actionType: "build" }),
  },
  {
    name: "updating a record",
    operation: "update-record",
    changes: 8,
    prepare: ({ store }) => new Repository(store, Tool).create({ name: "a", kind: "k", owner: "o", size: 1 }),
    act: ({ store }) =>
      new Repository(store, Tool).update({ name: "a" }, { kind: "l", owner: "p", size: 5, note: "n" }),
  },
  {
    name: "deleting a policy with evidence, links, accesses and predictions",
    operation: "delete-record",
    changes: 10,
    prepare: twoLinkedPolicies,
    act: (cache) => cache.policies.delete({ ...POLICY, actionType: "ship" }),
  },
  {
    name: "recording and counting a batch that creates a policy and trims the stream",
    operation: "record-outcomes",
    changes: 28,
    prepare: (cache) => cache.recordMany([...successes(3, "build", "old"), ...successes(5, "ship")]),
    act: (cache) => cache.recordMany([...successes(4, "build", "new"), ...successes(2, "build", "old")]),
  },
  {
    name: "counting delivered outcomes, one of them malformed",
    operation: "count-delivered",
    workers: "none",
    changes: 25,
    prepare: deliveredOutcomes,
    act: async ({ store, defaults }) => {
      const entries = await atomically(store, (keyspace) => keyspace.readStream(OUTCOME_STREAM, "", 100));
      const input = {
        keys: { stream: OUTCOME_STREAM, malformed: MALFORMED_KEY },
        group: CRYSTALLIZER_GROUP,
        nStepBuffers: [],
        entries: entries.map(({ id, fields }) => {
          const entry = readEntry(fields);
          if (entry === undefined) return { id };
          const outcome = keyedOutcome(entry, defaults, "event");
          return { id, outcome: withCreation(outcome, defaults, store.nowSeconds()) };
        }),
        settings: crystallizationSettings(defaults),
        mayLack: false,
        nowSeconds: store.nowSeconds(),
      };
      await store.run(countDelivered, input, 0);
    },
  },
  {
    name: "delivering new entries and taking over abandoned ones",
    operation: "deliver",
    workers: "none",
    changes: 2,
    prepare: async (cache, clock) => {
      await deliveredOutcomes(cache);
      clock.advance(10);
      await cache.recordMany(successes(3, "ship"));
    },
    act: deliverAll,
  },
  {
    name: "reporting a success in the context of another decision",
    operation: "report-outcome",
    changes: 10,
    prepare: async (cache, clock) => {
      await twoLinkedPolicies(cache);
      clock.advance(60);
    },
    act: async (cache) =>
      cache.report(await decisionFor(cache, "build", ["ship"]), { outcome: "success", reward: 0.3, nextState: STATE }),
  },
  {
    name: "reporting a failure",
    operation: "report-outcome",
    changes: 5,
    prepare: twoLinkedPolicies,
    act: async (cache) => cache.report(await decisionFor(cache, "build", ["ship"]), { outcome: "failure", reward: -1 }),
  },
  {
    name: "reporting for a deleted policy, which crystallizes again",
    operation: "report-outcome",
    changes: 9,
    prepare: async (cache) => {
      await twoLinkedPolicies(cache);
      await cache.policies.delete({ ...POLICY, actionType: "ship" });
      await cache.recordMany(successes(5, "ship"));
    },
    act: async (cache) => cache.report(await decisionFor(cache, "ship", ["build"]), { outcome: "success" }),
  },
  {
    name: "setting a failed entry aside as a dead letter",
    operation: "fail-entry",
    workers: "none",
    changes: 3,
    prepare: deliveredOutcomes,
    act: async ({ store }) => {
      const [entry] = await atomically(store, (keyspace) => keyspace.readStream(OUTCOME_STREAM, "", 1));
      const input = {
        keys: { stream: OUTCOME_STREAM, deadLetters: `dead:${OUTCOME_STREAM}` },
        streamName: OUTCOME_STREAM,
        group: CRYSTALLIZER_GROUP,
        entry: entry ?? { id: "", fields: {} },
        message: "broken",
        attempts: 0,
        maxRetries: 1,
        deadLetterMaxLength: 5,
        nowSeconds: store.nowSeconds(),
      };
      await store.run(failEntry, input, 0);
    },
  },
  {
    name: "creating a consumer group",
    operation: "create-group",
    workers: "none",
    changes: 1,
    prepare: (cache) => cache.recordMany(successes(2, "build")),
    act: ({ store }) => store.run(createGroup, { keys: { stream: OUTCOME_STREAM }, group: "another" }, 0),
  },
  {
    name: "a temporal difference step",
    operation: "update-q-value",
    changes: 3,
    prepare: twoLinkedPolicies,
    act: ({ store }) => updateQValue(store, { ...POLICY, actionType: "build" }, { reward: 3 }),
  },
  {
    name: "a touch",
    operation: "set-learned-number",
    changes: 3,
    prepare: async (cache, clock) => {
      await twoLinkedPolicies(cache);
      clock.advance(60);
    },
    act: (cache) => cache.policies.clock("expectedValue").touch({ ...POLICY, actionType: "build" }),
  },
  {
    name: "a confidence signal",
    operation: "update-confidence",
    changes: 2,
    prepare: twoLinkedPolicies,
    act: (cache) => cache.policies.confidence("confidence").update({ ...POLICY, actionType: "build" }, 0.2),
  },
];

describe.each(EMBEDDED_ENGINES)("an operation that fails on %s", (engine) => {
  it.each(SCENARIOS)("leaves no trace: $name", async (scenario) => {
    const untroubled = await open(engine, scenario);
    await scenario.act(untroubled.cache, untroubled.clock);
    expect(untroubled.faults.changes).toBeGreaterThanOrEqual(scenario.changes);
    const afterwards = await untroubled.dump(untroubled.faults);

    const { cache, clock, faults, dump } = await open(engine, scenario);
    const before = await dump(untroubled.faults);
    expect(before).not.toEqual(afterwards);
    for (let change = 1; change <= untroubled.faults.changes + 1; change += 1) {
      faults.failAt(change);
      await expect(scenario.act(cache, clock)).rejects.toThrow(InjectedFault);
      expect(await dump(untroubled.faults), `after a fault at change ${change}`).toEqual(before);
    }
    faults.failAt(Number.POSITIVE_INFINITY);
    await scenario.act(cache, clock);
    expect(await dump(untroubled.faults)).toEqual(afterwards);
  });
});

describe.each(EMBEDDED_ENGINES)("a rolled back change on %s", (engine) => {
  /** Calls that change a store filled by `fill`. */
  const CALLS: { readonly [method in (typeof CHANGING_METHODS)[number]]?: (keyspace: Keyspace) => unknown } = {
    putRecord: (keyspace) => [keyspace.putRecord("k", "old", { n: 9 }), keyspace.putRecord("k", "new", {})],
    deleteRecord: (keyspace) => keyspace.deleteRecord("k", "old"),
    putScore: (keyspace) => [keyspace.putScore("k", "old", 9), keyspace.putScore("k", "new", 0)],
    addScore: (keyspace) => [keyspace.addScore("k", "old", 9), keyspace.addScore("k", "new", 9)],
    removeScore: (keyspace) => keyspace.removeScore("k", "old"),
    addToSet: (keyspace) => keyspace.addToSet("k", "new"),
    removeFromSet: (keyspace) => keyspace.removeFromSet("k", "old"),
    setBits: (keyspace) => keyspace.setBits("k", [1, 7, 5000]),
    deleteBits: (keyspace) => [keyspace.deleteBits("k"), keyspace.setBits("k", [2])],
    addToCounter: (keyspace) => keyspace.addToCounter("k", 0.7),
    appendToStream: (keyspace) => keyspace.appendToStream("s", { n: 9 }, 99),
    trimStream: (keyspace) => keyspace.trimStream("s", 2),
    deleteEntry: (keyspace) => keyspace.deleteEntry("s", keyspace.oldestPending("s", "g") ?? ""),
    createGroup: (keyspace) => keyspace.createGroup("s", "new"),
    deliverNew: (keyspace) => keyspace.deliverNew("s", "g", "c", 2, 99),
    takeOver: (keyspace) => keyspace.takeOver("s", "g", "other", 0, 9, 99),
    acknowledge: (keyspace) => keyspace.acknowledge("s", "g", keyspace.oldestPending("s", "g") ?? ""),
    addFailure: (keyspace) => keyspace.addFailure("s", "g", keyspace.oldestPending("s", "g") ?? ""),
    passNewest: (keyspace) => keyspace.passNewest("s", "h", 6),
    forgetConsumer: (keyspace) => [
      keyspace.deliverNew("s", "g", "c", 1, 99),
      keyspace.forgetConsumer("s", "g", "idle"),
    ],
  };

  function fill(keyspace: Keyspace): void {
    keyspace.putRecord("k", "old", { n: 1 });
    keyspace.putScore("k", "old", 1);
    keyspace.addToSet("k", "old");
    keyspace.setBits("k", [1]);
    keyspace.addToCounter("k", 0.1);
    keyspace.createGroup("s", "h");
    for (let n = 0; n < 6; n += 1) keyspace.appendToStream("s", { n }, 10);
    keyspace.passNewest("s", "h", 6);
    keyspace.createGroup("s", "g");
    const delivered = keyspace.deliverNew("s", "g", "c", 4, 20);
    for (const { id } of delivered.slice(0, 2)) keyspace.acknowledge("s", "g", id);
  }

  /** Everything there is, with what only changes tell: how long an entry was idle, and how often it failed. */
  async function contents(store: Store): Promise<unknown> {
    let found: unknown;
    const probing = atomically(store, (inner) => {
      const { keyspace, touched } = wrapKeyspace(inner);
      for (const structure of STRUCTURES)
        (touched.get(structure) as Set<string>).add(structure === "streams" ? "s" : "k");
      found = [dumpKeys(keyspace, touched), keyspace.hasBits("k", [1]), keyspace.hasBits("k", [2])];
      const pending = keyspace.oldestPending("s", "g") ?? "";
      found = [found, keyspace.addFailure("s", "g", pending), keyspace.takeOver("s", "g", "probe", 5, 9, 25)];
      throw new InjectedFault("only looking");
    });
    await expect(probing).rejects.toThrow(InjectedFault);
    return found;
  }

  it.each(CHANGING_METHODS)("leaves no trace: %s", async (method) => {
    const store = await openTestStore(engine);
    await atomically(store, fill);
    const before = await contents(store);
    const change = CALLS[method] ?? expect.fail(`no call of ${method} is tested`);
    const failing = atomically(store, (keyspace) => {
      change(keyspace);
      throw new InjectedFault("after the change");
    });
    await expect(failing).rejects.toThrow(InjectedFault);
    expect(await contents(store)).toEqual(before);
    await atomically(store, change);
    expect(await contents(store)).not.toEqual(before);
  });

  it("leaves no trace when all changes were made together, and twice", async () => {
    const store = await openTestStore(engine);
    await atomically(store, fill);
    const before = await contents(store);
    const failing = atomically(store, (keyspace) => {
      for (const change of [...Object.values(CALLS), ...Object.values(CALLS)]) change(keyspace);
      throw new InjectedFault("after all changes");
    });
    await expect(failing).rejects.toThrow(InjectedFault);
    expect(await contents(store)).toEqual(before);
  });
});

async function open(engine: EngineName, scenario: Scenario) {
  const clock = new ManualClock();
  const location = freshLocation(engine);
  const { workers = "inline" } = scenario;
  const cache = await openCacheAt(location, { clock: clock.read, workers, defaults: { streamMaxLength: 10 } });
  await scenario.prepare(cache, clock);
  const faults = new FaultInjector(cache.store, scenario.operation);
  const dump = async ({ touched }: FaultInjector) =>
    withoutRandomness({
      keys: await atomically(cache.store, (keyspace) => dumpKeys(keyspace, touched)),
      tables: engine === "sqlite" ? dumpTables(location) : {},
    });
  return { cache, clock, faults, dump };
}
