import { expect, it } from "vitest";
import { decayingSortedField, defineModel, keyField, Repository, textField } from "../../src/models.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { describeOnEveryEngine, type EngineName, openTestStore } from "../support/stores/stores.js";

const Fact = defineModel("Fact", {
  scope: "agentId",
  identity: ["agentId", "topic", "name"],
  group: { name: "topic", by: ["topic"] },
  fields: {
    agentId: keyField(),
    topic: keyField(),
    name: keyField(),
    text: textField({ default: "" }),
    recency: decayingSortedField(),
  },
  eventStream: { streamName: "facts" },
  validityWindow: {},
});

const START = 1_715_860_800;

function fact(name: string, agentId = "agent-1") {
  return { agentId, topic: "deploy", name };
}

async function openFacts(engine: EngineName) {
  const clock = new ManualClock(START);
  const facts = new Repository(await openTestStore(engine, { clock: clock.read }), Fact);
  const where = { agentId: "agent-1", topic: "deploy" };
  /** The names that each kind of query gives. */
  const found = async (options: { asOfSeconds?: number; anyTime?: boolean } = {}) => {
    const names = [
      (await facts.query(where, { ...options, limit: 1 })).records,
      (await facts.query(where, options)).records,
      await facts.group(where, options),
      (await facts.topByDecay(where, 10, options)).map(({ record }) => record),
      (await facts.compositeScore(where, { ...options, indexes: { recency: 1 } })).map(({ record }) => record),
    ].map((records) =>
      records
        .map(({ name }) => name)
        .sort()
        .join(),
    );
    const [firstPage, ...whole] = names;
    expect(new Set(whole).size).toBe(1);
    expect(firstPage).toBe(whole[0]?.split(",")[0]);
    return whole[0];
  };
  return { clock, facts, found };
}

describeOnEveryEngine("validity windows", (engine) => {
  it("open when a record is created, and end where a contradiction names what replaces it", async () => {
    const { clock, facts, found } = await openFacts(engine);
    await facts.create(fact("old"));
    clock.advance(100);
    await facts.create(fact("new"));
    clock.advance(100);
    expect(await found()).toBe("new,old");
    await facts.observations.onContextUsed([
      { record: fact("old"), outcome: "contradicted", replacement: fact("new") },
    ]);
    expect((await facts.get(fact("old")))?.validity).toEqual({
      fromSeconds: START,
      untilSeconds: START + 200,
      supersededBy: fact("new"),
    });
    expect((await facts.get(fact("new")))?.validity).toEqual({ fromSeconds: START + 100 });
    expect(await found()).toBe("new");
    expect(await found({ asOfSeconds: START + 199 })).toBe("new,old");
    expect(await found({ asOfSeconds: START + 200 })).toBe("new");
    expect(await found({ asOfSeconds: START + 50 })).toBe("old");
    expect(await found({ asOfSeconds: START - 1 })).toBe("");
    expect(await found({ anyTime: true })).toBe("new,old");
    const events = await facts.events.read();
    expect(events.at(-1)?.fields).toMatchObject({ op: "observe", superseded_by: "deploy\tnew" });
  });

  it("keep an end that has come; the newest replacement is the one linked", async () => {
    const { clock, facts } = await openFacts(engine);
    for (const name of ["a", "b", "c"]) await facts.create(fact(name));
    clock.advance(10);
    await facts.validity.supersede(fact("a"), fact("b"));
    clock.advance(10);
    await facts.validity.supersede(fact("a"), fact("c"));
    const validity = { fromSeconds: START, untilSeconds: START + 10, supersededBy: fact("c") };
    expect((await facts.get(fact("a")))?.validity).toEqual(validity);
    await facts.delete(fact("c"));
    expect((await facts.get(fact("a")))?.validity).toEqual(validity);
  });

  it("can be set, also in the future or open at both ends, and are not touched by saving an old copy", async () => {
    const { clock, facts, found } = await openFacts(engine);
    await facts.create(fact("a"));
    await facts.validity.set(fact("a"), { fromSeconds: START + 50, untilSeconds: START + 60 });
    const copy = await facts.get(fact("a"));
    expect(await found()).toBe("");
    clock.advance(50);
    expect(await found()).toBe("a");
    clock.advance(10);
    expect(await found()).toBe("");
    await facts.validity.set(fact("a"), {});
    expect((await facts.get(fact("a")))?.validity).toEqual({});
    expect(await found({ asOfSeconds: 0 })).toBe("a");
    expect(copy).toBeDefined();
    if (copy !== undefined) await facts.save({ ...copy, text: "changed" });
    expect(await facts.get(fact("a"))).toMatchObject({ text: "changed", validity: {} });
  });

  it("of a record that was stored before the model had windows are open", async () => {
    const { facts, found } = await openFacts(engine);
    const { validityWindow, ...withoutWindows } = Fact;
    await new Repository(facts.store, defineModel("Fact", withoutWindows)).create(fact("old"));
    expect(await found({ asOfSeconds: 0 })).toBe("old");
    expect((await facts.get(fact("old")))?.validity).toEqual({});
  });

  it("refuse a replacement that is missing, elsewhere, or the record itself, and nothing happens", async () => {
    const { facts, found } = await openFacts(engine);
    for (const name of ["a", "b"]) await facts.create(fact(name));
    await facts.create(fact("a", "agent-2"));
    const contradict = (replacement: ReturnType<typeof fact>, outcome: "contradicted" | "used" = "contradicted") =>
      facts.observations.onContextUsed([
        { record: fact("b"), outcome: "acted" },
        { record: fact("a"), outcome, replacement },
      ]);
    const eventCount = (await facts.events.read()).length;
    await expect(contradict(fact("missing"))).rejects.toMatchObject({ code: "RECORD_NOT_FOUND" });
    await expect(contradict(fact("missing"))).rejects.toThrow("missing");
    await expect(contradict(fact("a"))).rejects.toMatchObject({ parameter: "replacement" });
    await expect(contradict(fact("a", "agent-2"))).rejects.toMatchObject({ parameter: "replacement" });
    await expect(contradict(fact("b"), "used")).rejects.toMatchObject({ parameter: "replacement" });
    await expect(facts.validity.supersede(fact("a"), fact("missing"))).rejects.toMatchObject({
      code: "RECORD_NOT_FOUND",
    });
    await expect(facts.validity.supersede(fact("missing"), fact("a"))).rejects.toThrow("missing");
    expect((await facts.events.read()).length).toBe(eventCount);
    expect(await found()).toBe("a,b");
    // A record that is not stored is skipped, whatever would replace it.
    const skipped = { record: fact("missing"), outcome: "contradicted" as const, replacement: fact("missing too") };
    expect(await facts.observations.onContextUsed([skipped])).toBe(0);
  });

  it("refuse windows and times that make no sense", async () => {
    const { facts } = await openFacts(engine);
    await facts.create(fact("a"));
    for (const window of [{ fromSeconds: 10, untilSeconds: 10 }, { fromSeconds: -1 }, { untilSeconds: Number.NaN }]) {
      await expect(facts.validity.set(fact("a"), window)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    const where = { agentId: "agent-1" };
    await expect(facts.query(where, { asOfSeconds: -1 })).rejects.toMatchObject({ parameter: "asOfSeconds" });
    expect(() => defineModel("Model", { ...Fact, validityWindow: { from: "x" } as object })).toThrow("validityWindow");
  });

  it("are asked of models that have them only; others note the replacement in the event", async () => {
    const { facts } = await openFacts(engine);
    const Plain = defineModel("Plain", {
      identity: ["name"],
      fields: { name: keyField() },
      eventStream: { streamName: "plain" },
    });
    const plain = new Repository(facts.store, Plain);
    for (const name of ["a", "b"]) await plain.create({ name });
    await expect(plain.query({}, { asOfSeconds: 5 })).rejects.toMatchObject({ parameter: "model" });
    await expect(plain.query({}, { anyTime: true })).rejects.toMatchObject({ parameter: "model" });
    const observation = { record: { name: "a" }, outcome: "contradicted" as const, replacement: { name: "b" } };
    await plain.observations.onContextUsed([observation]);
    expect((await plain.events.read()).at(-1)?.fields).toMatchObject({ superseded_by: "b" });
    expect((await plain.query({})).records).toEqual([{ name: "a" }, { name: "b" }]);
  });
});
