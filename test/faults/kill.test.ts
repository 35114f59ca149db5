import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { OutcomeEvent } from "../../src/cache/events/outcome-event.js";
import { type Child, startChild, startCommand } from "../support/child-process.js";
import { eventually } from "../support/eventually.js";
import { countRecorded, creationsOf, learnedOf, recordedIds } from "../support/learned.js";
import { randomInteger, seededRandom } from "../support/seeded-random.js";
import { dumpTables, integrityOf, type TableDump } from "../support/stores/dump.js";
import { freshLocation } from "../support/stores/stores.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// Real processes on a real file, killed without warning. FAULT_SEED chooses other moments.

const SEED = Number(process.env.FAULT_SEED ?? 1);
const KILLS = 50;
const TIMEOUT_MS = 120_000;
const COMMAND_EVENTS = 12_000;
/** As many as keep a child at work until it is killed, also when most were recorded by those before it. */
const EVENTS = "20000";

/** "agent id" of every event a child was told is recorded. */
function acknowledgedBy(child: Child): readonly string[] {
  return child.lines.filter((line) => line.startsWith("acknowledged ")).map((line) => line.slice(13));
}

/** Kills a child at a random moment after something has happened. */
async function killSometime(child: Child, random: () => number, hasBegun: () => boolean = () => true): Promise<void> {
  await eventually("the child begins", () => hasBegun() || child.process.exitCode !== null);
  const ended = await Promise.race([child.ended, sleep(randomInteger(random, 20, 400))]);
  if (ended === undefined) child.process.kill("SIGKILL");
  await child.ended;
}

/** After its start every other time, and otherwise when it works: a slow machine must not spare it. */
function beginning(round: number, works: () => boolean): (() => boolean) | undefined {
  return round % 2 === 0 ? undefined : works;
}

async function runToTheEnd(parameters: readonly string[]): Promise<void> {
  const child = startChild("learner.ts", parameters);
  expect({ ...(await child.ended), errors: child.errors() }).toEqual({ code: 0, signal: null, errors: "" });
  expect(child.lines.at(-1)).toBe("done");
}

async function undisturbed(...agents: readonly string[]): Promise<TableDump> {
  const location = freshLocation("sqlite");
  await runToTheEnd([location, "inline", "100", ...agents]);
  return dumpTables(location);
}

function eventLines(random: () => number, count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const event: OutcomeEvent = {
      agentId: "agent-1",
      episodeId: `episode-${Math.floor(index / 20)}`,
      state: { place: randomInteger(random, 1, 15) },
      action: { type: `action-${randomInteger(random, 1, 4)}` },
      outcome: random() < 0.85 ? "success" : "failure",
      reward: random(),
      ts: 1_715_803_200 + index,
    };
    return `${JSON.stringify(event)}\n`;
  });
  return lines.join("");
}

/** Waits for a `learn` to end. @returns its figures, without those of this run alone */
async function figuresOf(child: Child): Promise<Record<string, unknown>> {
  expect({ ...(await child.ended), errors: child.errors() }).toEqual({ code: 0, signal: null, errors: "" });
  const { events, rejected, episodes, states, pairs, passing, policies, agents } = JSON.parse(child.lines.join("\n"));
  return { events, rejected, episodes, states, pairs, passing, policies, agents };
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
  it(
    "loses and repeats nothing over many restarts",
    async () => {
      const random = seededRandom(SEED);
      const location = freshLocation("sqlite");
      const command = [location, "background", "10", "agent-1", EVENTS];
      const acknowledged = new Set<string>();
      let killedAtWork = 0;
      for (let round = 0; round < KILLS / 2; round += 1) {
        const child = startChild("learner.ts", command);
        await killSometime(
          child,
          random,
          beginning(round, () => child.lines.includes("opened")),
        );
        for (const event of acknowledgedBy(child)) acknowledged.add(event);
        if (child.lines.includes("opened") && !child.lines.includes("done")) killedAtWork += 1;
      }
      expect(killedAtWork, "kills that hit a child at work").toBeGreaterThanOrEqual(KILLS / 5);
      expect(acknowledged.size).toBeGreaterThan(0);

      const kept = recordedIds(dumpTables(location), "agent-1");
      const lost = [...acknowledged].filter((event) => !kept.has(event.split(" ")[1] ?? ""));
      expect(lost).toEqual([]);

      await runToTheEnd(command);
      expectSameLearning(location, await undisturbed("agent-1", EVENTS));
    },
    TIMEOUT_MS,
  );

  it(
    "reaches the same figures with the command line, started again and again with the same arguments",
    async () => {
      const random = seededRandom(SEED + 1);
      const location = freshLocation("sqlite");
      const file = join(temporaryFolder(), "events.jsonl");
      writeFileSync(file, eventLines(random, COMMAND_EVENTS));
      const learn = (store: string) => startCommand("learn", file, "--store", store, "--json");
      let known = 0;
      let killedAtWork = 0;
      for (let round = 0; round < KILLS / 2; round += 1) {
        const child = learn(location);
        await killSometime(
          child,
          random,
          beginning(round, () => countRecorded(location) > known),
        );
        const kept = countRecorded(location);
        expect(kept).toBeGreaterThanOrEqual(known);
        if (kept > known && child.lines.length === 0) killedAtWork += 1;
        known = kept;
      }
      expect(killedAtWork, "kills that hit a command at work").toBeGreaterThan(3);

      const undisturbedLocation = freshLocation("sqlite");
      const [figures, expected] = [await figuresOf(learn(location)), await figuresOf(learn(undisturbedLocation))];
      expect(figures).toEqual(expected);
      expect(figures).toMatchObject({ events: COMMAND_EVENTS, rejected: 0 });
      expect(figures.policies).toBeGreaterThan(10);
      expectSameLearning(location, dumpTables(undisturbedLocation));
    },
    TIMEOUT_MS,
  );

  it(
    "does no harm to another process that learns into the same file",
    async () => {
      const random = seededRandom(SEED);
      const location = freshLocation("sqlite");
      // Each has an agent of its own; the events of the third are learned by both.
      const survivorCommand = [location, "background", "1", "agent-2", "5000", "shared", "2500"];
      const victimCommand = [location, "background", "5", "agent-1", "1500", "shared", "2500"];
      const survivor = startChild("learner.ts", survivorCommand);
      const acknowledged = new Set<string>();
      let kills = 0;
      while (!survivor.lines.includes("done")) {
        const victim = startChild("learner.ts", victimCommand);
        await killSometime(victim, random, () => victim.lines.includes("opened"));
        for (const event of acknowledgedBy(victim)) acknowledged.add(event);
        kills += 1;
        if (survivor.process.exitCode !== null) break;
      }
      expect({ ...(await survivor.ended), errors: survivor.errors() }).toEqual({ code: 0, signal: null, errors: "" });
      expect(kills).toBeGreaterThan(3);
      for (const event of acknowledgedBy(survivor)) acknowledged.add(event);
      await runToTheEnd(victimCommand);

      const expected = await undisturbed("agent-1", "1500", "agent-2", "5000", "shared", "2500");
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
