import type { Evidence } from "../../../cache/evidence/evidence.js";
import type { ActionGuards } from "../../../cache/guarding/action-guards.js";
import type { Explanation } from "../../../cache/inspecting/explanation.js";
import { missingText, passesText } from "../../output/evidence-text.js";
import { compactJson, decimal, integer, plural, printable, timestamp } from "../../output/format.js";
import { shortened } from "../../output/layout/display-width.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts, table } from "../../output/layout/table.js";
import { historyText } from "./history-text.js";
import { careerText, policyText } from "./policy-text.js";

/** How much of an explanation to show. */
export interface Extent {
  /** Every action and policy, with what became of them. */
  readonly all: boolean;
  /** The last outcomes of each action. */
  readonly history: boolean;
}

const INDENT = "  ";
/** Of the names in the answer. */
const MARGIN = 10;
const BRIEF_ACTIONS = 10;

export function explanationText(
  explanation: Explanation,
  rules: string,
  { all, history }: Extent,
  screen: Screen,
): string {
  const { evidence, policies, guards } = explanation;
  const actions = all ? evidence : evidence.slice(0, BRIEF_ACTIONS);
  const [best] = policies;
  const shown = all || best === undefined ? policies : [best];
  const told = evidence.filter(({ events, moments }) => events.length + moments.length > 0);
  const more = all ? [] : moreOf(explanation, history);
  return [
    answerText(explanation, rules, screen),
    evidenceText(actions, evidence.length - actions.length, screen),
    ...guardsText(guards, screen),
    ...shown.map((policy) => {
      const text = policyText(policy, explanation, screen);
      return all ? `${text}\n${careerText(policy, screen)}` : text;
    }),
    ...(more.length === 0 ? [] : [screen.dim(`--all also shows: ${more.join(", ")}`)]),
    ...(history ? told.map((one) => historyText(one, screen, INDENT)) : []),
  ].join("\n\n");
}

function answerText({ decision, stateFeatures }: Explanation, rules: string, screen: Screen): string {
  const action = decision.kind === "abstain" ? "" : `  ${printable(decision.action.type)}`;
  const mark = decision.kind === "serve" ? screen.good : screen.bold;
  return facts(
    [
      ["agent", printable(decision.agentId)],
      ["state", decision.stateFingerprint],
      ["features", shortened(compactJson(stateFeatures), screen.width - MARGIN)],
      ["answer", mark(decision.kind) + action],
      ["because", printable(decision.reason)],
      ["rules", rules],
    ],
    screen,
  );
}

/** What a brief explanation leaves out. */
function moreOf({ evidence, policies }: Explanation, history: boolean): readonly string[] {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const counts: readonly (readonly [number, string, string])[] = [
    [history ? 0 : sum(evidence.map(({ events }) => events.length)), "outcome", "outcomes"],
    [sum(policies.map(({ predictions }) => predictions.length)), "prediction", "predictions"],
    [sum(policies.map(({ cycles }) => cycles.length)), "cycle", "cycles"],
    [sum(policies.map(({ related }) => related.length)), "related policy", "related policies"],
    [Math.max(0, policies.length - 1), "other policy", "other policies"],
    [Math.max(0, evidence.length - BRIEF_ACTIONS), "other action", "other actions"],
  ];
  return counts.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
}

function evidenceText(evidence: readonly Evidence[], more: number, screen: Screen): string {
  if (evidence.length === 0) return "No action was ever recorded in this state.";
  const rows = table(
    evidence,
    [
      { title: "action", cell: ({ actionType }) => printable(actionType) },
      { title: "successes", cell: ({ successes }) => integer(successes), align: "right" },
      { title: "trials", cell: ({ trials }) => integer(trials), align: "right" },
      { title: "Q", cell: ({ qValue }) => (qValue === undefined ? "-" : decimal(qValue)), align: "right", spare: true },
      { title: "bound", cell: ({ bound }) => decimal(bound), align: "right" },
      { title: "threshold", cell: ({ threshold }) => decimal(threshold), align: "right", spare: true },
      { title: "passes", cell: (one) => passesText(one, screen), whole: true },
      { title: "missing", cell: missingText, spare: true },
      { title: "first seen", cell: ({ firstSeenSeconds }) => timestamp(firstSeenSeconds), whole: true, spare: true },
      { title: "last seen", cell: ({ lastSeenSeconds }) => timestamp(lastSeenSeconds), whole: true, spare: true },
    ],
    screen,
    INDENT,
  );
  const rest = more === 0 ? "" : `\n${INDENT}and ${plural(more, "more action")}`;
  return `${screen.bold("Evidence")}, nearest to passing first\n${rows}${rest}`;
}

/** Functions and schemas are given to a cache when it is opened: what is shown here is what the store knows. */
function guardsText(guards: readonly ActionGuards[], screen: Screen): readonly string[] {
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
    screen,
    INDENT,
  );
  return [`${screen.bold("Guards")}\n${rows}`];
}

function refusalsText({ refusals }: ActionGuards): string {
  if (refusals === undefined) return "never";
  const { count, lastAtSeconds, lastReason } = refusals;
  return `${plural(count, "time")}, last ${timestamp(lastAtSeconds)}: ${printable(lastReason)}`;
}
