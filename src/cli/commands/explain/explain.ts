import type { Evidence } from "../../../cache/evidence/evidence.js";
import type { ActionGuards } from "../../../cache/guarding/action-guards.js";
import type { ExplainedPolicy, Explanation } from "../../../cache/inspecting/explanation.js";
import type { JsonObject } from "../../../maths/json/json-value.js";
import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import {
  addBudgetOptions,
  addStoreOption,
  addThresholdOptions,
  type BudgetOptionValues,
  budgetAsked,
  integerOption,
  type StoreOptionValue,
  type ThresholdOptionValues,
  thresholds,
} from "../../input/options.js";
import { JSON_FORMS, readJsonArgument } from "../../input/state-argument.js";
import { CliError } from "../../output/cli-error.js";
import { missingText, passesText } from "../../output/evidence-text.js";
import { compactJson, decimal, integer, plural, printable, timestamp } from "../../output/format.js";
import { scoreTable } from "../../output/score-table.js";
import { facts, table } from "../../output/table.js";
import type { Style } from "../../output/terminal.js";
import { historyText } from "./history-text.js";

interface ExplainOptions extends StoreOptionValue, ThresholdOptionValues, BudgetOptionValues {
  readonly agent: string;
  readonly state?: string;
  readonly fingerprint?: string;
  readonly events: number;
}

export const explainCommand = defineCommand<ExplainOptions>({
  name: "explain",
  description: "show everything behind the answer to a state",
  configure: (command) => {
    command
      .requiredOption("--agent <id>", "whose policies")
      .option("--state <json>", `features of the state: ${JSON_FORMS}`)
      .option("--fingerprint <id>", "of a state that is on record, as `states` and `decide` print it");
    command.option(
      "--events <n>",
      "last outcomes of each action, at most 1000",
      integerOption("--events", { min: 0, max: 1000 }),
      SHOWN_EVENTS,
    );
    addBudgetOptions(addThresholdOptions(addStoreOption(command)));
  },
  run: async ({ options, terminal }) => {
    const asked = await stateAsked(options);
    return withExistingCache(options.store, { defaults: thresholds(options), readOnly: true }, async (cache) => {
      const { agent: agentId, events } = options;
      const explanation = await cache.explain({ agentId, ...asked, events, ...budgetAsked(options) });
      return { data: explanation, text: explanationText(explanation, terminal.style) };
    });
  },
});

async function stateAsked({ state, fingerprint }: ExplainOptions) {
  if (state !== undefined && fingerprint === undefined) return { state: await readJsonArgument("--state", state) };
  if (state === undefined && fingerprint !== undefined) return { stateFingerprint: fingerprint };
  throw new CliError("USAGE", "explain needs one of --state and --fingerprint.");
}

const INDENT = "  ";
/** Unless asked for more. */
const SHOWN_EVENTS = 10;
const SECONDS_PER_DAY = 86_400;

function explanationText(explanation: Explanation, style: Style): string {
  const { decision, stateFeatures, evidence, policies, guards } = explanation;
  const action = decision.kind === "abstain" ? "" : `  ${printable(decision.action.type)}`;
  const answer = facts([
    ["agent", printable(decision.agentId)],
    ["state", `${decision.stateFingerprint}  ${compactJson(stateFeatures)}`],
    ["answer", style.bold(decision.kind) + action],
    ["because", printable(decision.reason)],
  ]);
  return [
    answer,
    evidenceText(evidence, style),
    ...guardsText(guards, style),
    ...policies.map((policy) => policyText(policy, explanation, style)),
    ...evidence
      .filter(({ events, moments }) => events.length + moments.length > 0)
      .map((one) => historyText(one, style, INDENT)),
  ].join("\n\n");
}

function evidenceText(evidence: readonly Evidence[], style: Style): string {
  if (evidence.length === 0) return "No action was ever recorded in this state.";
  const rows = table(
    evidence,
    [
      { title: "action", cell: ({ actionType }) => printable(actionType) },
      { title: "successes", cell: ({ successes }) => integer(successes), align: "right" },
      { title: "trials", cell: ({ trials }) => integer(trials), align: "right" },
      { title: "Q", cell: ({ qValue }) => (qValue === undefined ? "-" : decimal(qValue)), align: "right" },
      { title: "bound", cell: ({ bound }) => decimal(bound), align: "right" },
      { title: "threshold", cell: ({ threshold }) => decimal(threshold), align: "right" },
      { title: "passes", cell: passesText },
      { title: "missing", cell: missingText },
      { title: "first seen", cell: ({ firstSeenSeconds }) => timestamp(firstSeenSeconds) },
      { title: "last seen", cell: ({ lastSeenSeconds }) => timestamp(lastSeenSeconds) },
    ],
    INDENT,
  );
  return `${style.bold("Evidence")}, nearest to passing first\n${rows}`;
}

function policyText(policy: ExplainedPolicy, explanation: Explanation, style: Style): string {
  const { entry } = policy;
  const rank = explanation.policies.indexOf(policy) + 1;
  const uses = integer(entry.accessCount);
  const lastUse = entry.lastAccessedSeconds;
  return [
    `${style.bold(`Policy ${rank}: ${printable(entry.actionType)}`)}  ${compactJson(entry.actionSpec)}`,
    scoreTable(policy, explanation.weights, INDENT),
    facts(
      [
        ["Q-value", decimal(entry.qValue)],
        ["confidence", confidenceText(policy)],
        ["uses", lastUse === undefined ? uses : `${uses}, last ${timestamp(lastUse)}`],
        ["features", compactJson(entry.stateFeatures)],
        ...retirementFacts(policy),
        ...blockFacts(policy),
      ],
      INDENT,
    ),
    ...cyclesText(policy),
    predictionsText(policy),
    relatedText(policy),
  ].join("\n");
}

function confidenceText({ entry: { confidence } }: ExplainedPolicy): string {
  const { value, corroborations, contradictions } = confidence;
  return `${decimal(value)}, ${integer(corroborations)} for and ${integer(contradictions)} against`;
}

function blockFacts({ evidence: { blocks = [] } }: ExplainedPolicy): readonly (readonly [string, string])[] {
  return blocks.map(({ spec, reason, blockedAtSeconds, untilSeconds }) => {
    const only = spec === undefined ? "" : `, only ${compactJson(spec)}`;
    const until = untilSeconds === undefined ? "" : `, until ${timestamp(untilSeconds)}`;
    return ["blocked", `${timestamp(blockedAtSeconds)}, ${printable(reason)}${until}${only}`];
  });
}

function retirementFacts({ evidence: { retired } }: ExplainedPolicy): readonly (readonly [string, string])[] {
  return retired === undefined ? [] : [["retired", `${timestamp(retired.atSeconds)}, ${printable(retired.reason)}`]];
}

function cyclesText({ cycles }: ExplainedPolicy): readonly string[] {
  if (cycles.length === 0) return [];
  const rows = table(
    cycles,
    [
      {
        title: "period",
        cell: ({ periodSeconds }) => `${decimal(periodSeconds / SECONDS_PER_DAY)} days`,
        align: "right",
      },
      { title: "amplitude", cell: ({ amplitude }) => decimal(amplitude), align: "right" },
      { title: "now", cell: ({ termNow }) => decimal(termNow), align: "right" },
      { title: "next peak", cell: ({ nextPeakSeconds }) => timestamp(nextPeakSeconds) },
      { title: "origin", cell: ({ origin }) => origin },
    ],
    INDENT + INDENT,
  );
  return [`${INDENT}cycles of its score\n${rows}`];
}

/** Functions and schemas are given to a cache when it is opened: what is shown here is what the store knows. */
function guardsText(guards: readonly ActionGuards[], style: Style): readonly string[] {
  const known = guards.filter(
    ({ validUntilSeconds, dependsOn, refusals }) => validUntilSeconds ?? dependsOn ?? refusals,
  );
  if (known.length === 0) return [];
  const rows = table(
    known,
    [
      { title: "action", cell: ({ actionType }) => printable(actionType) },
      { title: "valid until", cell: ({ validUntilSeconds: until }) => (until === undefined ? "-" : timestamp(until)) },
      { title: "depends on", cell: ({ dependsOn }) => (dependsOn === undefined ? "-" : compactJson(dependsOn)) },
      { title: "refused", cell: refusalsText },
    ],
    INDENT,
  );
  return [`${style.bold("Guards")}\n${rows}`];
}

function refusalsText({ refusals }: ActionGuards): string {
  if (refusals === undefined) return "never";
  const { count, lastAtSeconds, lastReason } = refusals;
  return `${plural(count, "time")}, last ${timestamp(lastAtSeconds)}: ${printable(lastReason)}`;
}

function predictionsText({ predictions }: ExplainedPolicy): string {
  if (predictions.length === 0) return `${INDENT}no decision was reported yet`;
  const rows = table(
    predictions,
    [
      { title: "predicted", cell: ({ predicted }) => rewardText(predicted), align: "right" },
      { title: "observed", cell: ({ actual = {} }) => rewardText(actual), align: "right" },
      { title: "error", cell: ({ predictionError = 0 }) => decimal(predictionError), align: "right" },
      { title: "reported", cell: ({ resolvedAtSeconds = 0 }) => timestamp(resolvedAtSeconds) },
    ],
    INDENT + INDENT,
  );
  return `${INDENT}predictions, oldest first\n${rows}`;
}

/** Decisions predict a reward; other predictions about a policy are shown as they are. */
function rewardText(prediction: JsonObject): string {
  return typeof prediction.reward === "number" ? decimal(prediction.reward) : compactJson(prediction);
}

function relatedText({ related }: ExplainedPolicy): string {
  if (related.length === 0) return `${INDENT}no policy succeeded in the same task yet`;
  const rows = table(
    related,
    [
      { title: "weight", cell: ({ weight }) => decimal(weight), align: "right" },
      { title: "action", cell: ({ identity }) => printable(identity.actionType) },
      { title: "state", cell: ({ identity }) => identity.stateFingerprint },
    ],
    INDENT + INDENT,
  );
  return `${INDENT}succeeded in the same tasks, strongest first\n${rows}`;
}
