import type { Evidence } from "../../../cache/evidence/evidence.js";
import type { LearnedState } from "../../../cache/inspecting/learned-values.js";
import { defineCommand } from "../../command.js";
import { featuresText, missingText, outcomesText, passesText } from "../../output/evidence-text.js";
import { decimal, printable } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { table } from "../../output/layout/table.js";
import { addLearnedOptions, type LearnedOptions, showLearned } from "./learned-page.js";

export const valuesCommand = defineCommand<LearnedOptions>({
  name: "values",
  description: "list what an agent has learned of every action in its states",
  configure: addLearnedOptions,
  run: (call) => showLearned(call, valuesText),
});

interface Row {
  readonly state: LearnedState;
  readonly evidence: Evidence;
}

function valuesText(states: readonly LearnedState[], screen: Screen): string {
  const rows = states.flatMap((state) => state.actions.map((evidence): Row => ({ state, evidence })));
  return table(
    rows,
    [
      { title: "state", cell: ({ state }) => state.stateFingerprint, whole: true },
      { title: "action", cell: ({ evidence }) => printable(evidence.actionType) },
      {
        title: "Q",
        cell: ({ evidence: { qValue } }) => (qValue === undefined ? "-" : decimal(qValue)),
        align: "right",
        spare: true,
      },
      { title: "successes", cell: ({ evidence }) => outcomesText(evidence), align: "right" },
      { title: "bound", cell: ({ evidence }) => decimal(evidence.bound), align: "right", spare: true },
      { title: "passes", cell: ({ evidence }) => passesText(evidence, screen), whole: true },
      { title: "missing", cell: ({ evidence }) => missingText(evidence), spare: true },
      { title: "features", cell: ({ state }) => featuresText(state) },
    ],
    screen,
  );
}
