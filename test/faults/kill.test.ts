import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Child, eventually, startChild } from "../support/child-process.js";
import { dumpTables, integrityOf, type TableDump } from "../support/dump.js";
import { creationsOf, learnedOf, recordedIds } from "../support/learned.js";
import { randomInteger, seededRandom } from "../support/seeded-random.js";
import { freshLocation } from "../support/stores.js";

// Real processes on a real file, killed without warning. FAULT_SEED chooses other moments.

const SEED = Number(process.env.FAULT_SEED ?? 1);
const KILLS = 50;
const TIMEOUT_MS = 120_000;

/** "agent id" of every event a child was told is recorded. */
function acknowledgedBy(child: Child): readonly string[] {
  return child.lines.filter((line) => line.startsWith("acknowledged ")).map((line) => line.slice(13));
}

/** Kills a child at a random moment: after its start, or, every other time, after it has opened the store. */
async function killSometime(child: Child, random: () => number, round: number): Promise<void> {
  if (round % 2 === 1) await eventually("the child opens the store", () => child.lines.includes("opened"));
  const ended = await Promise.race([child.ended, sleep(randomInteger(random, 20, 400))]);
  if (ended === undefined) child.process.kill("SIGKILL");
  await child.ended;
}

async function runToTheEnd(parameters: readonly string[]): Promise<void> {
  const child = startChild("learner.mjs", parameters);
  expect({ ...(await child.ended), errors: child.errors() }).toEqual({ code: 0, signal: null, errors: "" });
  expect(child.lines.at(-1)).toBe("done");
}

async function undisturbed(workers: string, ...agents: readonly string[]): Promise<TableDump> {
  const location = freshLocation("sqlite");
  await runToTheEnd([location, workers, "100", ...agents]);
  return dumpTables(location);
}

function expectSameLearning(location: string, expected: TableDump): TableDump {
  expect(integrityOf(location)).toBe("ok");
  const tables = dumpTables(location);
  expect(learnedOf(tables)).toEqual(learnedOf(expected));
  expect(tables.stream_pending).toEqual([]);
  const appended = ({ streams }: TableDump) => streams.map((row) => ({ stream: row.stream, appended: row.appended }));
  expect(appended(tables)).toEqual(appended(expected));
  return tables;
}

describe("a process killed while learning", () => {
  it.each(["background", "inline"])(
    "loses and repeats nothing over many restarts of the same command, workers %s",
    async (workers) => {
      const random = seededRandom(SEED);
      const location = freshLocation("sqlite");
      const command = [location, workers, "10", "agent-1", "6000"];
      const acknowledged = new Set<string>();
      let killedAtWork = 0;
      for (let round = 0; round < KILLS / 2; round += 1) {
        const child = startChild("learner.mjs", command);
        await killSometime(child, random, round);
        for (const event of acknowledgedBy(child)) acknowledged.add(event);
        if (child.lines.includes("opened") && !child.lines.includes("done")) killedAtWork += 1;
      }
      expect(killedAtWork, "kills that hit a child at work").toBeGreaterThanOrEqual(KILLS / 5);
      expect(acknowledged.size).toBeGreaterThan(0);

      const kept = recordedIds(dumpTables(location), "agent-1");
      const lost = [...acknowledged].filter((event) => !kept.has(event.split(" ")[1] ?? ""));
      expect(lost).toEqual([]);

      await runToTheEnd(command);
      expectSameLearning(location, await undisturbed("inline", "agent-1", "6000"));
    },
    TIMEOUT_MS,
  );

  it(
    "does no harm to another process that learns into the same file",
    async () => {
      const random = seededRandom(SEED);
      const location = freshLocation("sqlite");
      // Each has an agent of its own; the events of the third are learned by both.
      const survivorCommand = [location, "background", "1", "agent-2", "2500", "shared", "2500"];
      const victimCommand = [location, "background", "5", "agent-1", "1500", "shared", "2500"];
      const survivor = startChild("learner.mjs", survivorCommand);
      const acknowledged = new Set<string>();
      let kills = 0;
      while (!survivor.lines.includes("done")) {
        const victim = startChild("learner.mjs", victimCommand);
        await killSometime(victim, random, 1);
        for (const event of acknowledgedBy(victim)) acknowledged.add(event);
        kills += 1;
        if (survivor.process.exitCode !== null) break;
      }
      expect({ ...(await survivor.ended), errors: survivor.errors() }).toEqual({ code: 0, signal: null, errors: "" });
      expect(kills).toBeGreaterThan(3);
      for (const event of acknowledgedBy(survivor)) acknowledged.add(event);
      await runToTheEnd(victimCommand);

      const expected = await undisturbed("inline", "agent-1", "1500", "agent-2", "2500", "shared", "2500");
      const tables = expectSameLearning(location, expected);
      for (const agentId of ["agent-1", "agent-2", "shared"]) {
        const kept = recordedIds(tables, agentId);
        for (const event of acknowledged) {
          const [agent, id = ""] = event.split(" ");
          if (agent === agentId && !kept.has(id)) expect.fail(`${event} was acknowledged and is lost`);
        }
        const creations = creationsOf(tables, agentId);
        expect(creations).toEqual(creationsOf(expected, agentId));
        expect(new Set(creations.values())).toEqual(new Set([1]));
      }
    },
    TIMEOUT_MS,
  );
});
