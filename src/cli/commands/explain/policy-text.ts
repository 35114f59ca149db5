import type { ExplainedPolicy, Explanation } from "../../../cache/inspecting/explanation.js";
import type { JsonObject } from "../../../maths/json/json-value.js";
import { compactJson, decimal, integer, printable, timestamp } from "../../output/format.js";
import { displayWidth, shortened } from "../../output/layout/display-width.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts, table } from "../../output/layout/table.js";
import { scoreTable } from "../../output/score-table.js";

const INDENT = "  ";
const SECONDS_PER_DAY = 86_400;

/** How the score of a policy comes about, and what it stands on. */
export function policyText(policy: ExplainedPolicy, explanation: Explanation, screen: Screen): string {
  const { entry } = policy;
  const rank = explanation.policies.indexOf(policy) + 1;
  const uses = integer(entry.accessCount);
  const lastUse = entry.lastAccessedSeconds;
  const title = `Policy ${rank}: ${printable(entry.actionType)}`;
  const spec = shortened(compactJson(entry.actionSpec), screen.width - displayWidth(title) - INDENT.length);
  return [
    `${screen.bold(title)}  ${spec}`,
    scoreTable(policy, explanation.weights, screen, INDENT),
    facts(
      [
        ["Q-value", decimal(entry.qValue)],
        ["confidence", confidenceText(policy)],
        ["uses", lastUse === undefined ? uses : `${uses}, last ${timestamp(lastUse)}`],
        ...retirementFacts(policy),
        ...blockFacts(policy),
      ],
      screen,
      INDENT,
    ),
  ].join("\n");
}

/** What became of a policy: its cycles, its predictions, and the policies it goes together with. */
export function careerText(policy: ExplainedPolicy, screen: Screen): string {
  return [...cyclesText(policy, screen), predictionsText(policy, screen), relatedText(policy, screen)].join("\n");
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

function cyclesText({ cycles }: ExplainedPolicy, screen: Screen): readonly string[] {
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
    screen,
    INDENT + INDENT,
  );
  return [`${INDENT}cycles of its score\n${rows}`];
}

function predictionsText({ predictions }: ExplainedPolicy, screen: Screen): string {
  if (predictions.length === 0) return `${INDENT}no decision was reported yet`;
  const rows = table(
    predictions,
    [
      { title: "predicted", cell: ({ predicted }) => rewardText(predicted), align: "right" },
      { title: "observed", cell: ({ actual = {} }) => rewardText(actual), align: "right" },
      { title: "error", cell: ({ predictionError = 0 }) => decimal(predictionError), align: "right" },
      { title: "reported", cell: ({ resolvedAtSeconds = 0 }) => timestamp(resolvedAtSeconds) },
    ],
    screen,
    INDENT + INDENT,
  );
  return `${INDENT}predictions, oldest first\n${rows}`;
}

/** Decisions predict a reward; other predictions about a policy are shown as they are. */
function rewardText(prediction: JsonObject): string {
  return typeof prediction.reward === "number" ? decimal(prediction.reward) : compactJson(prediction);
}

function relatedText({ related }: ExplainedPolicy, screen: Screen): string {
  if (related.length === 0) return `${INDENT}no policy succeeded in the same task yet`;
  const rows = table(
    related,
    [
      { title: "weight", cell: ({ weight }) => decimal(weight), align: "right" },
      { title: "action", cell: ({ identity }) => printable(identity.actionType) },
      { title: "state", cell: ({ identity }) => identity.stateFingerprint, whole: true },
    ],
    screen,
    INDENT + INDENT,
  );
  return `${INDENT}succeeded in the same tasks, strongest first\n${rows}`;
}
