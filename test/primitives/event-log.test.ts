import { expect, it } from "vitest";
import { InvalidArgumentError, RecordNotFoundError } from "../../src/index.js";
import { keyField } from "../../src/model/fields.js";
import { Repository, StreamConsumer } from "../../src/models.js";
import { isCaughtUp } from "../../src/operations/streams/streams.js";
import { defineModel } from "../../src/repository/define-model.js";
import { describeOnEveryEngine, type EngineName, openTestStore } from "../support/stores/stores.js";

const Ticket = defineModel("Ticket", {
  scope: "agentId",
  identity: ["agentId", "id"],
  fields: { agentId: keyField(), id: keyField() },
  eventStream: { streamName: "tickets", partitionField: "agentId", metadataFields: ["agentId"] },
});

const ticket = { agentId: "agent-1", id: "1" };
const partition = "agent-1";

async function openTickets(engine: EngineName) {
  const tickets = new Repository(await openTestStore(engine), Ticket);
  await tickets.create(ticket);
  return tickets;
}

describeOnEveryEngine("event log", (engine) => {
  it("appends events of the caller's own, with the fields every event has", async () => {
    const tickets = await openTickets(engine);
    await tickets.events.append(ticket, "escalated", { level: 2, urgent: true, to: "on call" });
    const [, own] = await tickets.events.read({ partition });
    expect(own?.fields).toMatchObject({ op: "escalated", model: "Ticket", pk: "1", agentId: "agent-1" });
    expect(own?.fields).toMatchObject({ level: 2, urgent: true, to: "on call", changed_fields: "" });
    expect(tickets.events.streamKey(partition)).toBe("stream:tickets:agent-1");
  });

  it("refuses events about nothing and fields that cannot be told apart or stored", async () => {
    const tickets = await openTickets(engine);
    const append = (extras: object) => tickets.events.append(ticket, "escalated", extras as Record<string, string>);
    await expect(tickets.events.append({ ...ticket, id: "2" }, "escalated")).rejects.toThrow(RecordNotFoundError);
    for (const extras of [{ op: "create" }, { pk: "2" }, { level: Number.NaN }, { level: [1] }, { level: null }]) {
      await expect(append(extras)).rejects.toThrow(InvalidArgumentError);
    }
    await expect(tickets.events.append(ticket, "")).rejects.toThrow(InvalidArgumentError);
    await expect(tickets.events.read()).rejects.toThrow("agentId");
    expect(await tickets.events.read({ partition })).toHaveLength(1);
  });

  it("is read page by page", async () => {
    const tickets = await openTickets(engine);
    for (const name of ["a", "b", "c"]) await tickets.events.append(ticket, name);
    const first = await tickets.events.read({ partition, limit: 2 });
    const rest = await tickets.events.read({ partition, after: first.at(-1)?.id ?? "" });
    expect([...first, ...rest].map(({ fields }) => fields.op)).toEqual(["create", "a", "b", "c"]);
    await expect(tickets.events.read({ partition, limit: 0 })).rejects.toThrow("limit");
    await expect(tickets.events.read({ partition, after: "last" })).rejects.toThrow("after");
  });

  it("lets go of an entry that nobody has seen yet, so that a group is not left waiting for it", async () => {
    const tickets = await openTickets(engine);
    const { store } = tickets;
    const seen: unknown[] = [];
    const consumer = new StreamConsumer({
      store,
      streamKey: tickets.events.streamKey(partition),
      groupName: "readers",
      consumerName: "one",
      blockMs: 0,
      handler: (entries) => {
        seen.push(...entries.map(({ fields }) => fields.op));
      },
    });
    expect(await consumer.processBatch()).toBe(1);
    await tickets.events.append(ticket, "secret");
    const secret = (await tickets.events.read({ partition })).at(-1);
    expect(await tickets.events.delete(secret?.id ?? "", partition)).toBe(true);
    const group = { keys: { stream: tickets.events.streamKey(partition) }, group: "readers" };
    expect(await store.run(isCaughtUp, group, 0)).toBe(true);
    expect(await consumer.processBatch()).toBe(0);
    await tickets.events.append(ticket, "public");
    expect(await consumer.processBatch()).toBe(1);
    expect(seen).toEqual(["create", "public"]);
    expect(await tickets.events.delete("1-1", partition)).toBe(false);
    await expect(tickets.events.delete("newest", partition)).rejects.toThrow("entryId");
  });
});
