import { afterAll, beforeAll, expect, it } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { ConfigurationError, InvalidArgumentError } from "../../../src/common/errors.js";
import { DEPLOY, decisionRecord, idFor as idOf, outcome, successes } from "../../support/events.js";
import { FaultInjector } from "../../support/faults.js";
import { ManualClock } from "../../support/manual-clock.js";
import { dumpKeys, dumpTables } from "../../support/stores/dump.js";
import { storedContent } from "../../support/stores/stored-content.js";
import { atomically, describeOnEveryEngine, type EngineName, freshLocation } from "../../support/stores/stores.js";
import { createTemporaryFolder, removeFolder } from "../../support/temporary-folder.js";
import { CALLS, POLICY } from "./bad-calls.js";
import { errorOf } from "./values.js";

const folder = createTemporaryFolder();
afterAll(() => removeFolder(folder));

async function prepare(engine: EngineName) {
  const clock = new ManualClock();
  const location = engine === "sqlite" ? `${folder}/bad-input.db` : freshLocation(engine);
  const cache = await PolicyCache.open(location, { workers: "inline", clock: clock.read });
  const watched = new FaultInjector(cache.store);
  await cache.recordMany([...successes(6), ...successes(6, { agentId: "agent-2" })]);
  const idFor = async (agentId: string) => {
    const decision = await cache.decide({ agentId, state: DEPLOY });
    return decision.kind === "abstain" ? "" : decision.decisionId;
  };
  const expired = await idOf(cache.store, decisionRecord({ ...POLICY, qValue: 0.5 }));
  const ids = { own: await idFor("agent-1"), ofAnotherAgent: await idFor("agent-2"), expired };
  await cache.rotateDecisionKey(); // the keys are among what is looked at
  const dumpKeyspace = async () => ({
    keys: await atomically(cache.store, (keyspace) => dumpKeys(keyspace, watched.touched)),
    tables: engine === "sqlite" ? dumpTables(location) : {},
  });
  const dump = engine === "redis" ? () => storedContent(cache.store) : dumpKeyspace;
  return { cache, ids, dump };
}

describeOnEveryEngine("a wrong call", (engine) => {
  let prepared: Awaited<ReturnType<typeof prepare>>;
  beforeAll(async () => {
    prepared = await prepare(engine);
  });
  afterAll(() => prepared.cache.close());

  it.each(CALLS)("is refused and changes nothing: $name", async (bad) => {
    const { cache, ids, dump } = prepared;
    const before = await dump();
    const error = await errorOf(() => bad.call(cache, ids));
    const { error: expectedClass = InvalidArgumentError } = bad;
    expect(error).toBeInstanceOf(expectedClass);
    const code = expectedClass === ConfigurationError ? "INVALID_CONFIGURATION" : "INVALID_ARGUMENT";
    expect(error).toMatchObject({ code: bad.code ?? code, retryable: false });
    expect(error.message).toContain(bad.parameter);
    expect(error.message.length, "a message that shows no whole payload").toBeLessThan(500);
    expect(await dump()).toEqual(before);
  });

  it("is followed by right ones as if nothing had been", async () => {
    const { cache, ids } = prepared;
    expect((await cache.report(ids.own, { outcome: "success" })).status).toBe("learned");
    expect(await cache.record(outcome("success"))).toEqual({ recorded: true, crystallized: 0 });
  });
});
