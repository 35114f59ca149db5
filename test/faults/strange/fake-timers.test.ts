import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { filesOf } from "../../docs/repository-files.js";
import { DEPLOY, successes } from "../../support/events.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

afterEach(() => {
  vi.useRealTimers();
});

describeOnEveryEngine("a cache under fake timers", (engine) => {
  it("counts in the background, waits for it and closes", async () => {
    const cache = await openTestCache(engine, { workers: "background" });
    vi.useFakeTimers({ toFake: fakedOn(engine) });
    await Promise.all(successes(6).map((event) => cache.record(event)));
    await cache.flush();
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
    await cache.close();
  });

  it("gives up a guard that never answers", async () => {
    const actions = { run_playbook: { guard: () => new Promise<boolean>(() => {}), guardTimeoutMs: 20 } };
    const cache = await openTestCache(engine, { workers: "inline", actions });
    vi.useFakeTimers({ toFake: fakedOn(engine) });
    await cache.recordMany(successes(6));
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("abstain");
  });
});

type Faked = NonNullable<NonNullable<Parameters<typeof vi.useFakeTimers>[0]>["toFake"]>;

/** All that vitest and Jest put in the place of the real ones, but `process.nextTick`, which vitest itself relies on. */
const FAKED: Faked = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "queueMicrotask",
  "performance",
  "Date",
];

/** The client of Redis sends in `setImmediate`, as it is at the moment. */
function fakedOn(engine: string): Faked {
  return engine === "redis" ? FAKED : [...FAKED, "setImmediate", "clearImmediate"];
}

it("nothing in the library takes a timer from elsewhere than common/timing", () => {
  const timers =
    /\b(set(Timeout|Interval|Immediate)|clear(Timeout|Interval|Immediate)|queueMicrotask|nextTick)\s*\(|performance\.now|node:timers/;
  const takesOne = (path: string) =>
    !/common\/timing\.ts$|src\/cli\//.test(path) && timers.test(readFileSync(path, "utf8"));
  expect(filesOf(["src"], /\.ts$/).filter(takesOne)).toEqual([]);
});
