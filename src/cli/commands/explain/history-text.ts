import type { CountedOutcome, Moment } from "../../../cache/inspecting/evidence-history.js";
import type { ExplainedEvidence } from "../../../cache/inspecting/explanation.js";
import { RETIRED_BY_OUTCOMES } from "../../../operations/evidence/retirement.js";
import { decimal, integer, printable, timestamp } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { table } from "../../output/layout/table.js";
import { wrap } from "../../output/layout/wrap.js";

/** How the evidence of an action came about: its last outcomes with both bounds after each, and what became of it. */
export function historyText(evidence: ExplainedEvidence, screen: Screen, indent: string): string {
  const { actionType, events, moments } = evidence;
  const [first] = events;
  const all = evidence.trials + (evidence.former?.trials ?? 0);
  const title = `${screen.bold(`Outcomes of ${printable(actionType)}`)}, the last ${events.length} of ${integer(all)}`;
  const earlier = moments.filter(({ afterNumber }) => first === undefined || afterNumber < first.number);
  return [
    ...wrap(events.length === 0 ? title : `${title}, oldest first`, screen.width),
    ...earlier.map(
      (moment) => `${indent}after ${moment.afterNumber}, ${timestamp(moment.atSeconds)}: ${momentText(moment)}`,
    ),
    ...(first === undefined ? [] : [eventTable(events, moments, screen, indent)]),
  ].join("\n");
}

function eventTable(
  events: readonly CountedOutcome[],
  moments: readonly Moment[],
  screen: Screen,
  indent: string,
): string {
  const thenText = ({ number }: CountedOutcome) => {
    const then = moments.filter(({ afterNumber }) => afterNumber === number);
    return then.map(momentText).join("; ");
  };
  return table(
    events,
    [
      { title: "#", cell: ({ number }) => integer(number), align: "right" },
      { title: "at", cell: ({ atSeconds }) => timestamp(atSeconds), whole: true },
      { title: "outcome", cell: ({ outcome, source }) => `${outcome}, ${source}`, whole: true },
      { title: "reward", cell: ({ reward }) => valueText(reward), align: "right", spare: true },
      { title: "Q", cell: ({ qValue }) => valueText(qValue), align: "right", spare: true },
      {
        title: "in force",
        cell: ({ successes, trials }) => `${integer(successes)} of ${integer(trials)}`,
        align: "right",
        spare: true,
      },
      { title: "Wilson", cell: ({ wilsonBound }) => decimal(wilsonBound), align: "right", spare: true },
      { title: "anytime", cell: ({ anytimeBound }) => decimal(anytimeBound), align: "right", spare: true },
      { title: "then", cell: thenText },
    ],
    screen,
    indent,
  );
}

function valueText(value: number | undefined): string {
  return value === undefined ? "-" : decimal(value);
}

const MOMENTS = {
  crystallized: "became a policy",
  retired: "retired",
  restored: "back in service",
  startedOver: "started over",
} as const;

function momentText({ kind, reason }: Moment): string {
  const text = MOMENTS[kind];
  if (reason === undefined || (kind === "restored" && reason === RETIRED_BY_OUTCOMES)) return text;
  return `${text}: ${reason === RETIRED_BY_OUTCOMES ? "its outcomes had turned bad" : printable(reason)}`;
}
