import type { LearnedState } from "../../../cache/inspecting/learned-values.js";
import { defineCommand } from "../../command.js";
import { featuresText, missingText, outcomesText, passesText } from "../../output/evidence-text.js";
import { integer, printable, timestamp } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { table } from "../../output/layout/table.js";
import { addLearnedOptions, type LearnedOptions, showLearned } from "./learned-page.js";

export const statesCommand = defineCommand<LearnedOptions>({
  name: "states",
  description: "list the states of an agent, with the action nearest to being served",
  configure: addLearnedOptions,
  run: (call) => showLearned(call, statesText),
});

function statesText(states: readonly LearnedState[], screen: Screen): string {
  return table(
    states,
    [
      { title: "state", cell: ({ stateFingerprint }) => stateFingerprint, whole: true },
      { title: "actions", cell: ({ actions }) => integer(actions.length), align: "right", spare: true },
      { title: "nearest", cell: ({ actions: [best] }) => (best === undefined ? "-" : printable(best.actionType)) },
      {
        title: "successes",
        cell: ({ actions: [best] }) => (best === undefined ? "-" : outcomesText(best)),
        align: "right",
      },
      {
        title: "passes",
        cell: ({ actions: [best] }) => (best === undefined ? "-" : passesText(best, screen)),
        whole: true,
      },
      { title: "missing", cell: ({ actions: [best] }) => (best === undefined ? "-" : missingText(best)), spare: true },
      { title: "last seen", cell: ({ actions }) => lastSeenText(actions), whole: true, spare: true },
      { title: "features", cell: featuresText },
    ],
    screen,
  );
}

function lastSeenText(actions: LearnedState["actions"]): string {
  const last = actions.reduce((latest, { lastSeenSeconds }) => Math.max(latest, lastSeenSeconds), 0);
  return last === 0 ? "-" : timestamp(last);
}
