import type { OutcomeName } from "../../../cache/events/outcome-event.js";
import type { ReportResult } from "../../../cache/reporting/report.js";
import { defineCommand } from "../../command.js";
import { withExistingCache } from "../../input/open-cache.js";
import { addStoreOption, choiceOption, numberOption, type StoreOptionValue } from "../../input/options.js";
import { JSON_FORMS, readJsonArgument } from "../../input/state-argument.js";
import { decimal } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { facts } from "../../output/layout/table.js";

interface ReportOptions extends StoreOptionValue {
  readonly agent?: string;
  readonly outcome: OutcomeName;
  readonly reward?: number;
  readonly nextState?: string;
}

export const reportCommand = defineCommand<ReportOptions>({
  name: "report",
  description: "tell how a decision turned out, once",
  configure: (command) => {
    command
      .argument("<decisionId>", "the decisionId that `decide` printed")
      .requiredOption("--outcome <outcome>", "success or failure", choiceOption("--outcome", ["success", "failure"]))
      .option(
        "--reward <r>",
        "what it was worth (default: nothing is learned but success or failure)",
        numberOption("--reward"),
      )
      .option("--agent <id>", "whose decision it must be (default: whoever has the id may report)")
      .option("--next-state <json>", `the state that followed, unless the task ended: ${JSON_FORMS}`);
    addStoreOption(command);
  },
  run: async ({ arguments: [decisionId = ""], options, terminal }) => {
    const { agent, outcome, reward, nextState } = options;
    const report = {
      outcome,
      ...(agent === undefined ? {} : { agentId: agent }),
      ...(reward === undefined ? {} : { reward }),
      ...(nextState === undefined ? {} : { nextState: await readJsonArgument("--next-state", nextState) }),
    };
    return withExistingCache(options.store, { readOnly: false }, async (cache) => {
      const result = await cache.report(decisionId, report);
      return { data: result, text: resultText(result, terminal.screen) };
    });
  },
});

function resultText(result: ReportResult, screen: Screen): string {
  const { status } = result;
  if (status === "repeated") return "repeated  This decision was reported before; nothing changed.";
  if (status === "gone") return "gone  The policy no longer exists; the outcome was counted as evidence.";
  const { tdError, predictionError, qValue, confidence = 0 } = result;
  return [
    "learned",
    facts(
      [
        ["Q-value", decimal(qValue)],
        ["confidence", decimal(confidence)],
        ["TD error", decimal(tdError)],
        ["prediction error", decimal(predictionError)],
      ],
      screen,
    ),
  ].join("\n");
}
