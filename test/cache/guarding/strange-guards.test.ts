import { expect, it } from "vitest";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { FOREIGN_PROMISES, NEVER, WITHOUT_TEXT } from "../../faults/strange/values.js";
import { DEPLOY, successes } from "../../support/events.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

type Options = NonNullable<Parameters<typeof openTestCache>[1]>;

describeOnEveryEngine("what guards and schemas do", (engine) => {
  async function decideWith(run: NonNullable<Options["actions"]>[string]) {
    const cache = await openTestCache(engine, { workers: "inline", actions: { run_playbook: run } });
    await cache.recordMany(successes(6));
    const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    return { cache, decision };
  }

  const guarded = (guard: (...given: never[]) => unknown) => decideWith({ guard: guard as never, guardTimeoutMs: 20 });
  const withSchema = (validate: () => unknown) =>
    decideWith({
      schema: { "~standard": { version: 1, vendor: "test", validate: validate as never } },
      guardTimeoutMs: 20,
    });

  it.each(FOREIGN_PROMISES)("is awaited when it is %s", async (_name, promised) => {
    expect((await guarded(() => promised(true))).decision.kind).toBe("serve");
    expect((await guarded(() => promised("not today"))).decision.reason).toContain("its guard says: not today");
    expect((await withSchema(() => promised({ value: {} }))).decision.kind).toBe("serve");
  });

  it.each(NEVER)("is given up in time when it is %s that never settles", async (_name, never) => {
    for (const { decision } of [await guarded(never), await withSchema(never)]) {
      expect(decision.kind).toBe("abstain");
      expect(decision.reason).toContain("no answer within 20 ms");
    }
  });

  it.each(WITHOUT_TEXT)("refuses, whatever is thrown: %s", async (_name, thrown) => {
    const { decision } = await guarded(() => {
      throw thrown;
    });
    expect(decision.kind).toBe("abstain");
    expect(decision.reason).toContain("its guard failed");
  });

  it("gives a reason of bounded length", async () => {
    const endless = "x".repeat(5_000_000);
    const refusing = [
      await guarded(() => endless),
      await guarded(() => Promise.reject(new Error(endless))),
      await withSchema(() => ({ issues: [{ message: endless, path: ["spec"] }] })),
    ];
    for (const { cache, decision } of refusing) {
      expect(decision.kind).toBe("abstain");
      expect(decision.reason.length).toBeLessThan(1000);
      expect(JSON.stringify(await explained(cache)).length).toBeLessThan(20_000);
    }
  });

  it("changes nothing of what is served", async () => {
    const change = ({ spec }: { spec: Record<string, unknown> }) => {
      spec.playbook = "wipe.yml";
      return true;
    };
    const { decision: served } = await guarded(((_state: unknown, action: never) => change(action)) as never);
    const { decision } = await guarded(() => true);
    expect(served).toMatchObject({ kind: "serve", action: (decision as { action: object }).action });
  });

  const explained = (cache: PolicyCache) => cache.explain({ agentId: "agent-1", state: DEPLOY });
});
