import { type OutcomeEvent, seededRandom } from "../../harness/library.js";

// Agents whose policies have, or have not, a rhythm: seeded, so that a run can be repeated.

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Monday, 6 January 2025, 00:00 UTC. */
const START = 1_736_121_600;

/** How likely something is at a time in Unix seconds, 0 to 1. */
export type Likelihood = (seconds: number) => number;

const ALWAYS: Likelihood = () => 1;
/** Monday to Friday from 8 to 18. */
const OFFICE: Likelihood = (seconds) => {
  const [day, hour] = [Math.floor(((seconds - START) % WEEK) / DAY), Math.floor((seconds % DAY) / HOUR)];
  return day < 5 && hour >= 8 && hour < 18 ? 1 : 0;
};

/** What a policy without rhythm may look like: how much the agent does when, and what one occasion is. */
interface World {
  readonly activity: Likelihood;
  /** The uses of one occasion. */
  readonly occasion: (atSeconds: number, random: () => number) => readonly number[];
}

export const WORLD_NAMES = ["around the clock", "office hours", "bursts of hours", "runs of days"] as const;
export type WorldName = (typeof WORLD_NAMES)[number];

const WORLDS: Readonly<Record<WorldName, World>> = {
  "around the clock": { activity: ALWAYS, occasion: (at) => [at] },
  "office hours": { activity: OFFICE, occasion: (at) => [at] },
  "bursts of hours": { activity: ALWAYS, occasion: (at, random) => burst(at, HOUR / 2, 1 + Math.floor(random() * 6)) },
  "runs of days": {
    activity: ALWAYS,
    occasion: (at, random) => burst(at, DAY, 1 + Math.floor(random() * 4)).map((day) => day + random() * DAY),
  },
};

function burst(at: number, step: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => at + index * step);
}

/** Uses per week of the policies, in turns. */
const RATES = [1, 2, 4, 8];

export interface AgentEventsOptions {
  readonly agentId: string;
  readonly world: WorldName;
  readonly policies: number;
  readonly weeks: number;
  readonly seed: number;
  /** For the number of a policy, how likely an occasion is. */
  readonly rhythmOf?: (policy: number) => Likelihood;
  readonly ratesPerWeek?: readonly number[];
}

/** Events of one agent, oldest first. */
export function* agentEvents(options: AgentEventsOptions): Generator<OutcomeEvent> {
  const { agentId, world, policies, weeks, seed, rhythmOf = () => ALWAYS, ratesPerWeek = RATES } = options;
  const random = seededRandom(seed);
  const { activity, occasion } = WORLDS[world];
  const events: { readonly policy: number; readonly ts: number }[] = [];
  for (let policy = 0; policy < policies; policy += 1) {
    const rhythm = rhythmOf(policy);
    const wanted = Math.round(weeks * (ratesPerWeek[policy % ratesPerWeek.length] ?? 0));
    for (let found = 0; found < wanted; ) {
      const at = START + random() * weeks * WEEK;
      if (random() >= activity(at) * rhythm(at)) continue;
      found += 1;
      for (const ts of occasion(at, random)) if (ts < START + weeks * WEEK) events.push({ policy, ts });
    }
  }
  events.sort((left, right) => left.ts - right.ts);
  for (const { policy, ts } of events) {
    yield { agentId, state: { task: policy }, action: { type: "do" }, outcome: "success", ts: Math.floor(ts) };
  }
}

/** More likely by a factor on one weekday than on another. */
export function weeklyRhythm(weekday: number, factor: number): Likelihood {
  return (seconds) => (Math.floor(((seconds - START) % WEEK) / DAY) === weekday ? 1 : 1 / factor);
}

/** More likely by a factor within three hours than at another time. */
export function dailyRhythm(hour: number, factor: number): Likelihood {
  return (seconds) => ((Math.floor((seconds % DAY) / HOUR) - hour + 24) % 24 < 3 ? 1 : 1 / factor);
}
