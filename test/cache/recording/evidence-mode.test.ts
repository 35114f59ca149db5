import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { crystallizationHandler } from "../../../src/cache/recording/crystallization.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import { ConfigurationError } from "../../../src/common/errors.js";
import { openStore } from "../../../src/store/store.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { parseEvent } from "../../support/events.js";
import { describeWithData, readJson, sharedData } from "../../support/golden.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const STATE = { task: "deploy" };

function visit(episodeId: string | undefined, outcome: "success" | "failure"): OutcomeEvent {
  return { state: STATE, action: { type: "ship" }, outcome, ...(episodeId === undefined ? {} : { episodeId }) };
}

async function countsOf(cache: PolicyCache): Promise<readonly [successes: number, trials: number] | undefined> {
  const [evidence] = (await cache.explain({ state: STATE })).evidence;
  return evidence === undefined ? undefined : [evidence.successes, evidence.trials];
}

describeOnEveryEngine("evidence by episode", (engine) => {
  it("counts the first visit of each episode, and events without an episode one by one", async () => {
    const cache = await openTestCache(engine, { workers: "inline", evidence: "episode" });
    await cache.recordMany([visit("a", "failure"), visit("a", "success"), visit("b", "success")]);
    await cache.record(visit("a", "success"));
    expect(await countsOf(cache)).toEqual([1, 2]);
    await cache.recordMany([visit(undefined, "success"), visit(undefined, "success")]);
    expect(await countsOf(cache)).toEqual([3, 4]);
  });

  it("counts a reported decision once per episode as well", async () => {
    const cache = await openTestCache(engine, { workers: "inline", evidence: "episode" });
    for (let run = 0; run < 6; run += 1) await cache.record(visit(`run-${run}`, "success"));
    const outcomes = ["success", "failure", "failure"] as const;
    for (const outcome of outcomes) {
      const decision = await cache.decide({ state: STATE, episodeId: "run-7" });
      if (decision.kind !== "serve") throw new Error(`expected to serve, not to ${decision.kind}`);
      expect(await cache.report(decision.decisionId, { outcome })).toMatchObject({ status: "learned" });
    }
    expect(await countsOf(cache)).toEqual([7, 7]);
  });
});

describe("the mode of a store", () => {
  it("is fixed by the first who opens it, adopted by who asks for none, and refused when another is asked for", async () => {
    const file = join(temporaryFolder(), "policies.db");
    await (await PolicyCache.open(file, { evidence: "episode" })).close();
    const reopened = await PolicyCache.open(file, { workers: "inline" });
    await reopened.recordMany([visit("a", "success"), visit("a", "success")]);
    expect(await countsOf(reopened)).toEqual([1, 1]);
    await reopened.close();
    const other = PolicyCache.open(file, { evidence: "event" });
    await expect(other).rejects.toThrow(ConfigurationError);
    await expect(other).rejects.toThrow('evidence is "event", expected "episode", by which this store counts.');
    await expect(PolicyCache.open(file, { defaults: { evidence: "event" } })).rejects.toThrow(ConfigurationError);
    await (await PolicyCache.open(file, { evidence: "episode" })).close();
  });

  it("holds for a consumer elsewhere", async () => {
    const file = join(temporaryFolder(), "policies.db");
    const cache = await PolicyCache.open(file, { workers: "none", evidence: "episode" });
    await cache.recordMany([visit("a", "success"), visit("a", "success"), visit("b", "success")]);
    const store = await openStore(file);
    const names = { streamKey: OUTCOME_STREAM, groupName: CRYSTALLIZER_GROUP, consumerName: "elsewhere" };
    const consumer = new StreamConsumer({ store, ...names, handler: crystallizationHandler });
    while ((await consumer.processBatch({ blockMs: 0 })) > 0) {
      // Until nothing is left.
    }
    expect(await countsOf(cache)).toEqual([2, 2]);
    await store.close();
    await cache.close();
  });

  it.each(["episodes", "", null, 1])("is one of two words, not %j", async (evidence) => {
    await expect(PolicyCache.open("memory:", { evidence: evidence as never })).rejects.toThrow(ConfigurationError);
  });
});

describe.each([
  ["base", "tau-bench-airline/train.events.jsonl"],
  ["rich", "tau-bench-airline/train.rich.events.jsonl"],
] as const)("first visits of real agent runs", (variant, path) => {
  describeWithData(`${variant} states`, path, (file) => {
    interface Expected {
      readonly crystallizable: Readonly<
        Record<"firstVisitPerEpisodeAbove0.6" | "firstVisitPerEpisodeAbove0.3", number>
      >;
    }
    const { crystallizable } = readJson<Record<typeof variant, Expected>>(
      sharedData("tau-bench-airline/expected.json") ?? "",
    )[variant];
    const events = readFileSync(file, "utf8").trimEnd().split("\n").map(parseEvent);

    describeOnEveryEngine("counted", (engine) => {
      it.each([0.6, 0.3] as const)("pass as often as the reference says above %d", async (threshold) => {
        const cache = await openTestCache(engine, {
          workers: "inline",
          evidence: "episode",
          defaults: { ciThreshold: threshold },
        });
        for (let start = 0; start < events.length; start += 100)
          await cache.recordMany(events.slice(start, start + 100));
        const { totals } = await cache.statistics();
        expect(totals.passing).toBe(crystallizable[`firstVisitPerEpisodeAbove${threshold}`]);
        expect(totals.events).toBe(variant === "base" ? 1455 : 1491);
      });
    });
  });
});
