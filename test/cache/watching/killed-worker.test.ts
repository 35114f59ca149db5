import { expect, it } from "vitest";
import { startChild } from "../../support/child-process.js";
import { successes } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";
import { describeOnDurableEngines, freshLocation, openCacheAt } from "../../support/stores/stores.js";
import { checkOf } from "./check-of.js";

describeOnDurableEngines("a worker that was killed", (engine) => {
  it("is told with what it left, until another one takes it over", async () => {
    const location = freshLocation(engine);
    const cache = await openCacheAt(location, { workers: "none", defaults: { uncountedSeconds: 0.5 } });
    await cache.recordMany(successes(3));
    const child = startChild("hanging-consumer.ts", [location, "0"]);
    await eventually("it holds the events", () => child.lines.includes("holds 3"));
    child.process.kill("SIGKILL");
    await child.ended;
    await eventually("it is told", async () => checkOf(await cache.health(), "consumers").status === "warning");
    const health = await cache.health();
    expect(checkOf(health, "consumers").detail).toMatch(/^hanging of crystallizer has not come back with 3 entries/);
    expect(checkOf(health, "counting").figures).toMatchObject({ events: 3, lagByShard: [0], pendingByShard: [3] });
    await cache.flush();
    const { checks } = await cache.health();
    const unwell = checks.filter(({ status }) => status === "failing" || status === "warning");
    expect(unwell.map(({ name }) => name).filter((name) => name !== "persistence")).toEqual([]);
  });
});
