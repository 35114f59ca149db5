import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OutcomeEvent } from "../library.js";

/** 1808 real events of a tool-calling agent, used when the folder with the shared data lies beside the repository. */
const REAL_EVENTS = fileURLToPath(
  new URL("../../../../shared/data/tau-bench-airline/train.events.jsonl", import.meta.url),
);

export interface AgentEvents {
  readonly source: string;
  readonly events: readonly OutcomeEvent[];
}

/** Outcome events of an agent: those of a file, or else invented ones. */
export async function readAgentEvents(path: string | undefined, random: () => number): Promise<AgentEvents> {
  const file = path ?? (existsSync(REAL_EVENTS) ? REAL_EVENTS : undefined);
  if (file === undefined) return { source: "invented episodes", events: inventEpisodes(150, random) };
  const events: OutcomeEvent[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.trim() === "") continue;
    const { stepStatus, ...event }: OutcomeEvent & { stepStatus?: string } = JSON.parse(line); // says more than we ask for
    events.push(event);
  }
  return { source: path ?? "tau-bench airline (training part)", events };
}

/** The events again and again, each time under ids of their own, so that none is a duplicate. */
export function* repeatForEver(events: readonly OutcomeEvent[]): Generator<OutcomeEvent, never> {
  for (let repetition = 0; ; repetition += 1) {
    for (const [index, event] of events.entries()) {
      yield {
        ...event,
        id: `event-${repetition}-${index}`,
        episodeId: `${event.episodeId ?? "episode"}/repetition-${repetition}`,
      };
    }
  }
}

export function takeEvents(source: Generator<OutcomeEvent, never>, count: number): readonly OutcomeEvent[] {
  return Array.from({ length: count }, () => source.next().value);
}

const TOOLS = ["respond", "get_details", "search", "think", "book", "update", "cancel", "calculate", "transfer"];
const INTENTS = ["book", "change", "cancel", "refund", "other"];
const PROGRESS = ["0", "1-2", "3-5", "6+"];

/** Episodes of up to 20 steps whose outcome depends on the intent, with a few frequent states and many rare ones. */
function inventEpisodes(count: number, random: () => number): readonly OutcomeEvent[] {
  const pick = (values: readonly string[]) => values[Math.floor(random() ** 2 * values.length)] ?? "";
  const events: OutcomeEvent[] = [];
  for (let episode = 0; episode < count; episode += 1) {
    const intent = pick(INTENTS);
    const outcome = random() < 0.2 + 0.15 * INTENTS.indexOf(intent) ? "success" : "failure";
    const steps = 4 + Math.floor(random() * 17);
    let previous = "none";
    for (let step = 0; step < steps; step += 1) {
      const tool = pick(TOOLS);
      const state = { domain: "travel", previousTool: previous, toolsSoFar: pick(PROGRESS), lastUserIntent: intent };
      const done = step === steps - 1;
      const reward = done && outcome === "success" ? 1 : 0;
      const action = { type: tool, spec: { argKeys: ["id"] } };
      const ts = 1_700_000_000 + episode * 600 + step * 15;
      events.push({
        agentId: "agent",
        episodeId: `episode-${episode}`,
        step,
        state,
        action,
        outcome,
        reward,
        done,
        ts,
      });
      previous = tool;
    }
  }
  return events;
}
