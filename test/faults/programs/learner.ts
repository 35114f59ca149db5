// Learns made-up events, batch by batch, and says after each batch that it was acknowledged. Started again on the same
// store it records nothing twice. Parameters: location, workers, batch size, and pairs of an agent and its event count.
import type { OutcomeEvent } from "../../../src/index.js";
import { built, workersNamed } from "./built-package.js";

const { PolicyCache } = built;
const [location = "", workers, batchSize, ...agents] = process.argv.slice(2);
const cache = await PolicyCache.open(location, { workers: workersNamed(workers), busyTimeoutMs: 30_000 });
console.log("opened");
for (let position = 0; position < agents.length; position += 2) {
  const [agentId = "", count] = agents.slice(position, position + 2);
  const events = Array.from({ length: Number(count) }, (_, index) => eventOf(agentId, index));
  for (let start = 0; start < events.length; start += Number(batchSize)) {
    const batch = events.slice(start, start + Number(batchSize));
    await cache.recordMany(batch);
    process.stdout.write(`${batch.map(({ id }) => `acknowledged ${agentId} ${id}\n`).join("")}`);
  }
}
await cache.flush();
await cache.close();
console.log("done");

/** Follows from agent and index alone. Some actions succeed nearly always, some now and then. */
function eventOf(agentId: string, index: number): OutcomeEvent & { id: string } {
  const place = hash(`${agentId} place ${index}`) % 12;
  const action = hash(`${agentId} action ${index}`) % 4;
  const chance = 95 - action * 20;
  return {
    agentId,
    id: `event-${index}`,
    episodeId: `episode-${index % 50}`,
    state: { place },
    action: { type: `action-${action}`, spec: { index } },
    outcome: hash(`${agentId} outcome ${index}`) % 100 < chance ? "success" : "failure",
    reward: (hash(`${agentId} reward ${index}`) % 1000) / 1000,
    ts: 1_715_803_200 + index,
  };
}

/** FNV-1a, finished so that its lowest digits are well mixed. */
function hash(text: string): number {
  let value = 2166136261;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  value = Math.imul(value ^ (value >>> 15), 2246822519);
  return (value ^ (value >>> 13)) >>> 0;
}
