import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confidenceField,
  coOccurrenceField,
  decayingSortedField,
  decimalField,
  defineModel,
  idField,
  keyField,
  Repository,
  textField,
} from "../../src/models.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { describeOnEveryEngine, type EngineName, openTestStore } from "../support/stores/stores.js";

/** Its clock and its stream are partitioned by a field that can change. */
const Ticket = defineModel("Ticket", {
  scope: "team",
  identity: ["team", "number"],
  fields: {
    id: idField(),
    team: keyField(),
    number: keyField(),
    owner: keyField(),
    price: decimalField({ default: "0.5" }),
    note: textField({ default: "" }),
    recency: decayingSortedField({ partitionBy: "owner" }),
    trust: confidenceField(),
    related: coOccurrenceField(),
  },
  eventStream: { streamName: "tickets", partitionField: "owner", metadataFields: ["number", "note", "price", "id"] },
  predictionLedger: {},
});

const TEAM = "red";
const OWNERS = ["ann", "bob", "eve"];

function ticket(number: string) {
  return { team: TEAM, number };
}

async function openTickets(engine: EngineName) {
  const clock = new ManualClock(1_715_860_800);
  const tickets = new Repository(await openTestStore(engine, { clock: clock.read }), Ticket);
  const inPartition = async (owner: string) =>
    (await tickets.clock("recency").members({ team: TEAM, owner })).map(({ identity }) => identity.number);
  const opsOf = async (owner: string) =>
    (await tickets.events.read({ partition: owner })).map(({ fields }) => fields.op);
  return { clock, tickets, inPartition, opsOf };
}

describeOnEveryEngine("a partition by a field outside of the identity", (engine) => {
  it("is left and joined as the field changes, with the clock as it was", async () => {
    const { clock, tickets, inPartition } = await openTickets(engine);
    await tickets.create({ ...ticket("1"), owner: "ann" });
    clock.advance(10);
    await tickets.create({ ...ticket("2"), owner: "bob" });
    await tickets.update(ticket("1"), { owner: "bob", note: "handed over" });
    expect([await inPartition("ann"), await inPartition("bob")]).toEqual([[], ["1", "2"]]);
    await tickets.save({ ...ticket("2"), owner: "ann" });
    expect([await inPartition("ann"), await inPartition("bob")]).toEqual([["2"], ["1"]]);
    expect(await tickets.clock("recency").count({ team: TEAM, owner: "ann" })).toBe(1);
    expect(await tickets.topByDecay({ team: TEAM, owner: "ann" })).toMatchObject([{ record: ticket("2") }]);
    await expect(tickets.topByDecay({ team: TEAM })).rejects.toMatchObject({ parameter: "where.owner" });
  });

  it("is found by every operation that moves the clock, and left when the record goes", async () => {
    const { clock, tickets, inPartition } = await openTickets(engine);
    await tickets.saveMany(["1", "2"].map((number) => ({ ...ticket(number), owner: "ann" })));
    await tickets.update(ticket("1"), { owner: "bob" });
    for (const touch of [
      () => tickets.clock("recency").touch(ticket("1")),
      () => tickets.observations.onContextUsed([{ record: ticket("1"), outcome: "acted" }]),
    ]) {
      clock.advance(5);
      await touch();
      const [member] = await tickets.clock("recency").members({ team: TEAM, owner: "bob" });
      expect(member).toEqual({ identity: ticket("1"), lastTouchedSeconds: clock.nowSeconds });
      expect(await inPartition("ann")).toEqual(["2"]);
    }
    expect(await tickets.delete(ticket("1"))).toBe(true);
    expect(await inPartition("bob")).toEqual([]);
    expect(await tickets.delete(ticket("1"))).toBe(false);
    await expect(tickets.clock("recency").touch(ticket("1"))).rejects.toMatchObject({ code: "RECORD_NOT_FOUND" });
  });

  it("has the events of the records in it, which carry what the record says", async () => {
    const { tickets, opsOf } = await openTickets(engine);
    await tickets.create({ ...ticket("1"), owner: "ann", note: "a" });
    await tickets.predictions.recordPrediction(ticket("1"), { days: 1 });
    await tickets.predictions.resolvePrediction(ticket("1"), { days: 1 });
    await tickets.update(ticket("1"), { owner: "bob", note: "b", price: "2.75" });
    await tickets.confidence("trust").update(ticket("1"), 1);
    await tickets.links("related").strengthen(ticket("1"), ticket("2"));
    await tickets.events.append(ticket("1"), "called");
    await tickets.delete(ticket("1"));
    expect(await opsOf("ann")).toEqual(["create", "prediction_resolved"]);
    expect(await opsOf("bob")).toEqual(["update", "confidence_update", "strengthen", "called", "delete"]);
    const [created] = await tickets.events.read({ partition: "ann" });
    expect(created?.fields).toMatchObject({ number: "1", note: "a", price: 0.5 });
    for (const { fields } of await tickets.events.read({ partition: "bob" })) {
      expect(fields).toMatchObject({ number: "1", note: "b", price: 2.75, id: created?.fields.id });
    }
    await expect(tickets.events.append(ticket("2"), "called", {})).rejects.toMatchObject({ code: "RECORD_NOT_FOUND" });
    await tickets.create({ ...ticket("2"), owner: "eve" });
    await expect(tickets.events.append(ticket("2"), "x", { note: "mine" })).rejects.toMatchObject({
      parameter: "extras.note",
    });
  });

  it("takes a record that several calls move and touch at the same time, without leaving it anywhere else", async () => {
    const { tickets, inPartition } = await openTickets(engine);
    await tickets.create({ ...ticket("1"), owner: "ann" });
    await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const owner = OWNERS[index % OWNERS.length] ?? "";
        const calls = [
          () => tickets.update(ticket("1"), { owner }),
          () => tickets.save({ ...ticket("1"), owner }),
          () => tickets.clock("recency").touch(ticket("1")),
          () => tickets.observations.onContextUsed([{ record: ticket("1"), outcome: "acted" }]),
        ];
        return calls[index % calls.length]?.();
      }),
    );
    const owner = (await tickets.get(ticket("1")))?.owner ?? "";
    for (const other of OWNERS) expect(await inPartition(other)).toEqual(other === owner ? ["1"] : []);
    expect((await tickets.get(ticket("1")))?.trust.evidenceCount).toBe(3);
  });

  it("holds exactly the records whose field says so, after any history", async () => {
    const number = fc.constantFrom("1", "2", "3");
    const owner = fc.constantFrom(...OWNERS);
    const one = fc.record({ number, owner });
    type Tickets = Repository<typeof Ticket>;
    const step: fc.Arbitrary<(tickets: Tickets) => Promise<unknown>> = fc.oneof(
      one.map((given) => (tickets: Tickets) => tickets.save({ team: TEAM, ...given })),
      fc
        .array(one, { maxLength: 4 })
        .map((several) => (tickets: Tickets) => tickets.saveMany(several.map((given) => ({ team: TEAM, ...given })))),
      one.map((given) => (tickets: Tickets) => tickets.update(ticket(given.number), { owner: given.owner })),
      number.map((given) => (tickets: Tickets) => tickets.clock("recency").touch(ticket(given))),
      number.map((given) => (tickets: Tickets) => tickets.delete(ticket(given))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const tickets = new Repository(await openTestStore(engine), Ticket);
        for (const take of steps) {
          await take(tickets).catch((error: { code?: string }) => expect(error.code).toBe("RECORD_NOT_FOUND"));
        }
        const { records } = await tickets.query({ team: TEAM });
        for (const name of OWNERS) {
          const members = await tickets.clock("recency").members({ team: TEAM, owner: name });
          const expected = records.filter((record) => record.owner === name);
          expect(members.map(({ identity }) => identity.number).sort()).toEqual(
            expected.map((record) => record.number),
          );
          for (const record of expected) {
            const member = members.find(({ identity }) => identity.number === record.number);
            expect(member?.lastTouchedSeconds).toBe(record.recency.lastTouchedSeconds);
          }
        }
      }),
      { numRuns: engine === "memory" ? 60 : 15, seed: 7 },
    );
  });
});

describe("partition and metadata fields", () => {
  it("must be key fields, and fields that callers write", () => {
    const fields = { name: keyField(), note: textField({ default: "" }), trust: confidenceField() };
    const declare = (eventStream: object) => () => defineModel("Model", { identity: ["name"], fields, eventStream });
    expect(declare({ partitionField: "note" })).toThrow("eventStream.partitionField");
    expect(declare({ partitionField: "nobody" })).toThrow("eventStream.partitionField");
    expect(declare({ metadataFields: ["trust"] })).toThrow("eventStream.metadataFields");
    const clock = decayingSortedField({ partitionBy: ["note"] });
    expect(() => defineModel("Model", { identity: ["name"], fields: { ...fields, clock } })).toThrow("partitionBy");
  });

  it("of a confidence have to be named by a query that ranks by it, and may change", async () => {
    const Note = defineModel("Note", {
      identity: ["id"],
      fields: { id: keyField(), topic: keyField(), trust: confidenceField({ partitionBy: "topic" }) },
    });
    const notes = new Repository(await openTestStore("memory"), Note);
    await notes.create({ id: "a", topic: "red" });
    await notes.create({ id: "b", topic: "blue" });
    await notes.update({ id: "b" }, { topic: "red" });
    await notes.confidence("trust").update({ id: "b" }, 1);
    const ranked = await notes.compositeScore({ topic: "red" }, { indexes: { trust: 1 } });
    expect(ranked.map(({ record }) => record.id)).toEqual(["b", "a"]);
    await expect(notes.compositeScore({}, { indexes: { trust: 1 } })).rejects.toThrow("trust is partitioned by it");
    const trust = confidenceField({ partitionBy: "absent" });
    expect(() => defineModel("Model", { identity: ["id"], fields: { id: keyField(), trust } })).toThrow("partitionBy");
  });
});
