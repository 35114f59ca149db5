import { expect, it, onTestFinished, vi } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { DEPLOY, DEPLOY_FINGERPRINT, failures, successes } from "../../support/events.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const POLICY = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };

describeOnEveryEngine("a cache", (engine) => {
  it("tells what it did, to whoever still listens", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const told: unknown[] = [];
    const stops = (["crystallized", "retired", "restored"] as const).map((name) =>
      cache.on(name, (event) => told.push({ name, ...event })),
    );
    cache.on("served", ({ kind }) => told.push(kind));
    cache.on("abstained", ({ kind }) => told.push(kind));
    await cache.recordMany(successes(6));
    await cache.decide({ agentId: "agent-1", state: DEPLOY });
    await cache.decide({ agentId: "agent-1", state: { task: "unknown" } });
    await cache.retire({ ...POLICY }, "a freeze");
    await cache.restore({ ...POLICY });
    await cache.recordMany(failures(40));
    for (const stop of stops) stop();
    await cache.retire({ ...POLICY }, "unheard");
    expect(told).toEqual([
      { name: "crystallized", ...POLICY },
      "serve",
      "abstain",
      { name: "retired", ...POLICY, reason: "a freeze" },
      { name: "restored", ...POLICY },
      { name: "retired", ...POLICY, reason: "outcomes" },
    ]);
  });

  it("is harmed by no listener, and warns once of each that fails", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const cache = await openTestCache(engine, { workers: "inline" });
    cache.on("abstained", () => {
      throw new Error("thrown");
    });
    cache.on("abstained", () => Promise.reject(new Error("rejected")));
    cache.on("abstained", () => {
      throw Object.create(null); // which cannot be made a text
    });
    for (let time = 0; time < 3; time += 1) expect((await cache.decide({ state: DEPLOY })).kind).toBe("abstain");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(warn).toHaveBeenCalledTimes(3);
  });

  it("refuses names of no event, whatever they are", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    for (const name of ["crystalized", "constructor", undefined, null, 5, Symbol("served")]) {
      expect(() => cache.on(name as never, () => {})).toThrow(InvalidArgumentError);
    }
  });

  it("waits no longer than the signal says", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    const reason = new Error("too late");
    const aborted = AbortSignal.abort(reason);
    await expect(cache.flush({ signal: aborted })).rejects.toBe(reason);
    await expect(cache.decide({ state: DEPLOY, signal: aborted })).rejects.toBe(reason);
    const controller = new AbortController();
    const deciding = cache.decide({ state: DEPLOY, fallback: () => new Promise(() => {}), signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(deciding).rejects.toBe(reason);
  });

  it("has one listener at a signal that many calls share, and none when they have ended", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    await Promise.all(Array.from({ length: 20 }, () => cache.decide({ state: DEPLOY, signal })));
    await cache.flush({ signal });
    expect(add).toHaveBeenCalledTimes(remove.mock.calls.length);
    expect(add.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it("ends all calls that share a signal", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    const controller = new AbortController();
    const { signal } = controller;
    const never = () => new Promise<never>(() => {});
    const deciding = Array.from({ length: 20 }, () => cache.decide({ state: DEPLOY, fallback: never, signal }));
    setTimeout(() => controller.abort("enough"), 5);
    const ends = await Promise.allSettled(deciding);
    expect(ends).toEqual(ends.map(() => ({ status: "rejected", reason: "enough" })));
  });
});
