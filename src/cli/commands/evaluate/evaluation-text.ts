import type { PolicyEvaluation } from "../../../evaluation/evaluate-policy.js";
import { integer, plural, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts, table } from "../../output/layout/table.js";
import { HAPPENED } from "./what-if-text.js";

export function evaluationText(evaluation: PolicyEvaluation, log: string, rejected: number, screen: Screen): string {
  const { decisions, estimated, deciders, leftOut, states, leftToLog, logged, weights, estimates, policy } = evaluation;
  return [
    facts(
      [
        ["policy", printable(policy)],
        ["log", printable(log)],
        ["decisions", `${integer(decisions)} in ${plural(states, "state")}`],
        ["propensities", `${integer(decisions - estimated)} logged, ${integer(estimated)} estimated from the log`],
        ["left out", `${integer(leftOut)} without a usable propensity, ${plural(rejected, "malformed line")}`],
        ["left to the log", `${(100 * leftToLog).toFixed(1)} % of the decisions`],
        ["logged reward", `${figure(logged.value)}, standard error ${figure(logged.standardError)}`],
        ["weights", `mean ${weights.mean.toFixed(3)}, largest ${weights.largest.toFixed(3)}`],
      ],
      screen,
    ),
    table(
      deciders,
      [
        { title: "decided by", cell: ({ decision }) => HAPPENED[decision] },
        { title: "decisions", cell: ({ decisions }) => integer(decisions), align: "right" },
        { title: "mean reward", cell: ({ value }) => figure(value), align: "right" },
        { title: "standard error", cell: ({ standardError }) => figure(standardError), align: "right" },
      ],
      screen,
    ),
    table(
      estimates,
      [
        { title: "estimator", cell: ({ estimator }) => estimator },
        { title: "value", cell: ({ value }) => figure(value), align: "right" },
        { title: "standard error", cell: ({ standardError }) => figure(standardError), align: "right" },
        { title: "from", cell: ({ lower }) => figure(lower), align: "right" },
        { title: "to", cell: ({ upper }) => figure(upper), align: "right" },
        { title: "effective n", cell: ({ effectiveSampleSize: n }) => n.toFixed(1), align: "right" },
      ],
      screen,
    ),
  ].join("\n\n");
}

function figure(value: number): string {
  return value.toPrecision(4);
}
