import { InvalidArgumentError } from "../../../common/errors.js";
import type { TuningOverrides } from "../../../common/tuning/defaults.js";
import { hintFor } from "../../../common/unknown-names.js";
import { numberOption } from "../../input/options.js";

/** The constants that a decision depends on. What others change would be nothing, or nothing that a log can tell. */
const RULES = [
  "errorBudget",
  "budgetConfidence",
  "worseThanAgent",
  "audits",
  "trials.rate",
  "trials.failures",
  "trials.share",
  "ciThreshold",
  "wilsonZ",
  "minEvents",
  "evidence",
  "retirementFalseAlarmRate",
  "initialQ",
  "tdAlpha",
  "tdGamma",
  "decayRate",
  "rankingWeights.expectedValue",
  "rankingWeights.confidence",
  "rankingWeights.accessCount",
  "rankingWeights.coOccurrence",
] as const;

/** Adds what one `--what-if` says, such as `errorBudget=0.1,trials.rate=0.2`, to what those before it said. */
export function addRules(text: string, before: TuningOverrides = {}): TuningOverrides {
  let rules: TuningOverrides = before;
  for (const part of text.split(",")) {
    const [given = "", value, ...more] = part.split("=").map((word) => word.trim());
    if (value === undefined || value === "" || more.length > 0) {
      throw new InvalidArgumentError("--what-if", part, "name=value, such as errorBudget=0.1");
    }
    const name = RULES.find((rule) => rule === given);
    if (name === undefined) {
      const hint = hintFor(given, RULES);
      throw new InvalidArgumentError("--what-if", given, "the name of a rule that decisions depend on", { hint });
    }
    const [group = "", member] = name.split(".");
    const inner = valueIn(name, value);
    const outer = member === undefined ? inner : { ...Object(Reflect.get(rules, group)), [member]: inner };
    rules = { ...rules, [group]: outer };
  }
  return rules;
}

/** What is no number is a word, such as "none": the library says which there are. */
function valueIn(name: string, text: string): number | string {
  return /^[a-z]+$/i.test(text) ? text : numberOption(`--what-if ${name}`)(text);
}
