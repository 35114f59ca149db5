import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/common/errors.js";
import { MemoryEngine } from "../../src/keyspace/memory/engine.js";
import { openStore, Store } from "../../src/store/store.js";
import {
  type ConformanceResult,
  type Operation,
  runConformance,
  runConformanceCase,
  type StoreOpener,
} from "../../src/testing/index.js";
import { BoundaryEngine, type Tamper } from "./boundary-engine.js";

const openMemory: StoreOpener = (request) => openStore("memory:", request);

function openTampered(tamper?: Tamper): StoreOpener {
  return async (request) => new Store(new BoundaryEngine(tamper), request);
}

/** Has no way back: what a failed operation wrote stays. */
class CarelessEngine extends MemoryEngine {
  override async run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    const outcome = await super.run<Input, { readonly output: Output } | { readonly error: unknown }>(
      {
        ...operation,
        execute: (keyspace, given) => {
          try {
            return { output: operation.execute(keyspace, given) };
          } catch (error) {
            return { error };
          }
        },
      },
      input,
      shard,
    );
    if ("error" in outcome) throw outcome.error;
    return outcome.output;
  }
}

function failed(results: readonly ConformanceResult[]): readonly string[] {
  return results.filter(({ passed }) => !passed).map(({ id }) => id);
}

describe("runConformance", () => {
  it.each<[defect: string, id: string, tamper: Tamper]>([
    ["forgets to remove scores", "C88", () => ({ removeScore: () => true })],
    ["sets no bits", "C70", () => ({ setBits: (_key, positions) => positions.length })],
    [
      "ranks the wrong way round",
      "C91",
      (inner) => ({ rangeByRank: (...range) => inner.rangeByRank(...range).toReversed() }),
    ],
    ["acknowledges nothing", "C94", () => ({ acknowledge: () => true })],
    ["loses events", "C97", () => ({ appendToStream: () => "0-1" })],
    ["counts failures from the start every time", "C92", () => ({ addFailure: () => 1 })],
    [
      "delivers every entry to every consumer",
      "C93",
      (inner) => ({
        deliverNew: (stream, _group, _consumer, limit) => inner.readStream(stream, "", limit),
      }),
    ],
  ])("fails an engine that %s", async (_defect, id, tamper) => {
    const [result] = await runConformance(openTampered(tamper), { only: [id] });
    expect(result).toMatchObject({ id, passed: false, error: expect.any(Error) });
  });

  it("fails an engine that keeps half of a failed operation", async () => {
    const openCareless: StoreOpener = async (request) => new Store(new CarelessEngine(), request);
    const [result] = await runConformance(openCareless, { only: ["C97"] });
    expect(result).toMatchObject({ passed: false, error: expect.any(Error) });
  });

  it("runs the cases it is told to, in the order of the specification, and reports each at once", async () => {
    const reported: string[] = [];
    const results = await runConformance(openMemory, { only: ["C40", "C1"], onResult: ({ id }) => reported.push(id) });
    expect(results).toEqual([
      { id: "C1", section: "Fingerprint", title: expect.any(String), passed: true },
      { id: "C40", section: "Confidence", title: expect.any(String), passed: true },
    ]);
    expect(reported).toEqual(["C1", "C40"]);
  });

  it("refuses a number that no case has", async () => {
    await expect(runConformance(openMemory, { only: ["C119"] })).rejects.toThrow(InvalidArgumentError);
  });

  it("goes on after a store that cannot be opened, and runs what needs none", async () => {
    const results = await runConformance(() => Promise.reject(new Error("no server")), { only: ["C1", "C13", "C107"] });
    expect(failed(results)).toEqual(["C13"]);
    expect(results[1]?.error).toMatchObject({ message: "no server" });
  });

  it("closes every store and then cleans up what lay below it, also after a failure", async () => {
    const events: string[] = [];
    const open: StoreOpener = async (request, onCleanup) => {
      const number = events.filter((event) => event.startsWith("open")).length + 1;
      events.push(`open ${number}`);
      onCleanup(() => events.push(`remove ${number}`));
      const store = await openStore("memory:", request);
      const close = store.close.bind(store);
      store.close = () => {
        events.push(`close ${number}`);
        return close();
      };
      return store;
    };
    const failing = {
      id: "C0",
      title: "opens two stores and fails",
      section: "none",
      run: async ({ openStore: openAnother }: { openStore: () => Promise<Store> }) => {
        await openAnother();
        await openAnother();
        throw new Error("failed on purpose");
      },
    };
    await expect(runConformanceCase(failing, open)).rejects.toThrow("failed on purpose");
    expect(events).toEqual(["open 1", "open 2", "close 2", "remove 2", "close 1", "remove 1"]);
  });

  it("reports a store that cannot be closed", async () => {
    const open: StoreOpener = async (request) => {
      const store = await openStore("memory:", request);
      store.close = () => Promise.reject(new Error("still busy"));
      return store;
    };
    const [result] = await runConformance(open, { only: ["C40"] });
    expect(result).toMatchObject({ passed: false, error: expect.any(AggregateError) });
  });
});
