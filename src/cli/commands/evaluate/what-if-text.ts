import type { TuningOverrides } from "../../../common/tuning/defaults.js";
import type {
  ForeseenDecisions,
  ForeseenPair,
  Happened,
  KnownOutcomes,
  WhatIfResult,
} from "../../../evaluation/what-if/what-if-result.js";
import { compactJson, integer, plural, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts, table } from "../../output/layout/table.js";

export function whatIfText(
  result: WhatIfResult,
  rules: TuningOverrides,
  log: string,
  rejected: number,
  screen: Screen,
): string {
  const { decisions, repeated, happened, would, served, tried, pairs, morePairs } = result;
  const own = happened.fallback + happened.suggest + happened.recorded;
  const more = morePairs === 0 ? [] : [`and ${plural(morePairs, "more state and action", "more states and actions")}`];
  return [
    facts(
      [
        ["what if", Object.entries(rules).map(ruleText).join(", ")],
        ["log", printable(log)],
        ["decisions", integer(decisions)],
        ["passed over", `${plural(repeated, "repeated event")}, ${plural(rejected, "malformed line")}`],
      ],
      screen,
    ),
    table<readonly [string, number, number | undefined]>(
      [
        ["served", happened.serve, would.serve],
        ["tried", happened.trial, would.trial],
        ["explored", happened.explore, undefined],
        ["left to the agent", own, would.suggest + would.abstain],
      ],
      [
        { title: "", cell: ([name]) => name },
        { title: "happened", cell: ([, count]) => integer(count), align: "right" },
        { title: "would have", cell: ([, , count]) => (count === undefined ? "-" : integer(count)), align: "right" },
      ],
      screen,
    ),
    table(
      [...knownRows("served", served), ...knownRows("tried", tried)],
      [
        { title: "of what would have been", cell: ([name]) => name },
        { title: "decisions", cell: ([, count]) => integer(count), align: "right" },
        { title: "failed", cell: ([, , failed]) => failed },
      ],
      screen,
    ),
    ...(pairs.length === 0 ? [] : [[pairTable(pairs, screen), ...more].join("\n")]),
  ].join("\n\n");
}

/** Whoever decided, in the words of a log. */
export const HAPPENED: Readonly<Record<Happened, string>> = {
  serve: "the cache: served",
  trial: "the cache: tried",
  explore: "the cache: explored",
  suggest: "the agent: as suggested",
  fallback: "the agent: its own way",
  recorded: "recorded",
};

function ruleText([name, value]: [string, unknown]): string {
  if (typeof value !== "object" || value === null) return `${name}=${value}`;
  return Object.entries(value)
    .map(([member, inner]) => `${name}.${member}=${inner}`)
    .join(", ");
}

function knownRows(name: string, foreseen: ForeseenDecisions): readonly (readonly [string, number, string])[] {
  const { decisions, taken, own, unknown, failures } = foreseen;
  if (decisions === 0) return [];
  const rows: readonly (readonly [string, number, string])[] = [
    [`${name}: the cache did it`, taken.outcomes, failedText(taken)],
    [`${name}: the agent did it`, own.outcomes, failedText(own)],
    [`${name}: something else was done`, unknown, "nobody knows"],
    [`${name}: all`, decisions, `${percent(failures.least)} to ${percent(failures.most)}, whatever the unknown are`],
  ];
  return rows.filter(([, count]) => count > 0);
}

function failedText({ outcomes, failures, lower, upper }: KnownOutcomes): string {
  return `${integer(failures)}: ${percent(failures / outcomes)}, interval ${percent(lower)} to ${percent(upper)}`;
}

function pairTable(pairs: readonly ForeseenPair[], screen: Screen): string {
  return table(
    pairs,
    [
      { title: "state", cell: ({ state }) => compactJson(state) },
      { title: "action", cell: ({ action: { type, spec } }) => printable(type) + specText(spec) },
      { title: "served", cell: ({ happened, would }) => change(happened.serve, would.serve), align: "right" },
      { title: "tried", cell: ({ happened, would }) => change(happened.trial, would.trial), align: "right" },
      {
        title: "failed",
        cell: ({ failures, outcomes }) => `${integer(failures)} of ${integer(outcomes)}`,
        align: "right",
      },
    ],
    screen,
  );
}

function specText(spec: ForeseenPair["action"]["spec"]): string {
  return Object.keys(spec).length === 0 ? "" : ` ${compactJson(spec)}`;
}

function change(happened: number, would: number): string {
  return happened === would ? integer(would) : `${integer(happened)} > ${integer(would)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
