import { onTestFinished } from "vitest";
import { type JsonObject, PolicyCache } from "../../../src/index.js";

/** The state in which the agents of these tests decide to deploy. */
export const STATE = { task: "deploy" };

export const DEPLOY = { tool: "deploy", input: { playbook: "deploy.yml" } };

/** An empty cache in memory that counts at once, closed when the running test ends. */
export async function openCache(): Promise<PolicyCache> {
  const cache = await PolicyCache.open("memory:", { workers: "inline" });
  onTestFinished(() => cache.close());
  return cache;
}

/** A cache in which calling {@link DEPLOY} is proven. */
export async function openProven(): Promise<PolicyCache> {
  const cache = await openCache();
  const action = { type: DEPLOY.tool, spec: DEPLOY.input };
  await cache.recordMany(Array(9).fill({ state: STATE, action, outcome: "success" }));
  return cache;
}

/** Outcomes of the actions of a state: type, successes, trials. */
export async function counted(
  cache: PolicyCache,
  state: JsonObject = STATE,
): Promise<readonly (readonly [string, number, number])[]> {
  const { evidence } = await cache.explain({ state });
  return evidence.map(({ actionType, successes, trials }) => [actionType, successes, trials] as const);
}

export async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time += 1) await work();
}
