import { checkEvent } from "../../../cache/events/check-event.js";
import { DEFAULT_AGENT, type OutcomeEvent, type OutcomeName } from "../../../cache/events/outcome-event.js";
import type { JsonObject } from "../../../maths/json/json-value.js";
import { defineCommand } from "../../command.js";
import { withLearningCache } from "../../input/open-cache.js";
import {
  addStoreOption,
  addThresholdOptions,
  choiceOption,
  integerOption,
  numberOption,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
  timeOption,
} from "../../input/options.js";
import { JSON_FORMS, readJsonArgument } from "../../input/state-argument.js";
import { addVersionsOption, dependenciesOf, type VersionOptionValue } from "../../input/versions.js";
import { plural, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts } from "../../output/layout/table.js";
import { shownStore } from "../../output/shown-store.js";

interface RecordOptions extends StoreOptionValue, ThresholdOptionValues, VersionOptionValue {
  readonly agent: string;
  readonly state: string;
  readonly action: string;
  readonly spec?: string;
  readonly params?: string;
  readonly outcome: OutcomeName;
  readonly reward?: number;
  readonly id?: string;
  readonly episode?: string;
  readonly step?: number;
  readonly done?: boolean;
  readonly nextState?: string;
  readonly propensity?: number;
  readonly at?: number;
  readonly validUntil?: number;
}

export const recordCommand = defineCommand<RecordOptions>({
  name: "record",
  description: "record one event: what an agent saw, did and got",
  configure: (command) => {
    command
      .option("--agent <id>", "whose event", DEFAULT_AGENT)
      .requiredOption("--state <json>", `what the agent knew before it acted: ${JSON_FORMS}`)
      .requiredOption("--action <type>", "what it did")
      .option("--spec <json>", `the parameters of the action (default: {}): ${JSON_FORMS}`)
      .option("--params <json>", `what the situation had beside its state: ${JSON_FORMS}`)
      .requiredOption("--outcome <outcome>", "success or failure", choiceOption("--outcome", ["success", "failure"]))
      .option("--reward <r>", "what it was worth (default: no value is learned)", numberOption("--reward"))
      .option("--id <id>", "unique per agent: a known one is recorded no second time (default: it is a new event)")
      .option("--episode <id>", "the task or conversation it belongs to")
      .option("--step <n>", "its position in the episode, from 0", integerOption("--step", { min: 0 }))
      .option("--done", "the episode ended with it")
      .option("--no-done", "the episode goes on")
      .option("--next-state <json>", `the state that followed: ${JSON_FORMS}`)
      .option("--propensity <p>", "the chance with which the action was chosen", numberOption("--propensity"))
      .option("--at <time>", "when it happened, in ISO 8601 or Unix seconds (default: now)", timeOption("--at"))
      .option("--valid-until <time>", "from when on the action is not to be served", timeOption("--valid-until"));
    addVersionsOption(command, "versions that the outcome depends on");
    addThresholdOptions(addStoreOption(command));
  },
  run: async ({ options, terminal }) => {
    const entry = checkEvent(await eventOf(options), Date.now() / 1000); // before a store is created for it
    const { store } = options;
    return withLearningCache(store, { defaults: thresholds(options) }, async (cache) => {
      const { recorded, crystallized } = await cache.recordChecked([entry]);
      const { agentId, stateFingerprint } = entry;
      const data = { agentId, stateFingerprint, recorded: recorded === 1, crystallized, store: shownStore(store) };
      return { data, text: recordedText(options, data, terminal.screen) };
    });
  },
});

async function eventOf(options: RecordOptions): Promise<OutcomeEvent> {
  const {
    agent: agentId,
    action: type,
    outcome,
    reward,
    id,
    episode,
    step,
    done,
    propensity,
    at,
    validUntil,
  } = options;
  const json = async (name: string, given: string | undefined): Promise<JsonObject | undefined> =>
    given === undefined ? undefined : readJsonArgument(name, given);
  return {
    agentId,
    state: await readJsonArgument("--state", options.state),
    action: { type, spec: (await json("--spec", options.spec)) ?? {} },
    params: await json("--params", options.params),
    outcome,
    reward,
    id,
    episodeId: episode,
    step,
    done,
    nextState: await json("--next-state", options.nextState),
    propensity,
    ts: at,
    validUntil,
    ...dependenciesOf(options),
  };
}

interface Recorded {
  readonly stateFingerprint: string;
  readonly recorded: boolean;
  readonly crystallized: number;
  readonly store: string;
}

function recordedText({ action, outcome, id = "" }: RecordOptions, result: Recorded, screen: Screen): string {
  const { stateFingerprint, recorded, crystallized, store } = result;
  if (!recorded) return `unchanged  An event with the id ${printable(id)} was recorded before.`;
  return facts(
    [
      ["recorded", `${outcome} of ${printable(action)}`],
      ["state", stateFingerprint],
      ...(crystallized > 0 ? [["crystallized", plural(crystallized, "policy", "policies")] as const] : []),
      ["store", printable(store)],
    ],
    screen,
  );
}
