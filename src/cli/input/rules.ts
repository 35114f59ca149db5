import type { ActionTypes } from "../../cache/actions/action-types.js";
import { type RulesInForce, readRules } from "../../cache/opening/rules-in-force.js";
import { resolveDefaults, type TuningConstants, type TuningOverrides } from "../../common/tuning/defaults.js";
import { openStore } from "../../store/store.js";
import { plural, printable } from "../output/format.js";
import type { Screen } from "../output/layout/screen.js";
import { facts } from "../output/layout/table.js";

/** By which rules a command judges evidence, and whose they are. */
export interface UsedRules extends RulesInForce {
  readonly from: "call" | "store" | "default";
}

/** The rules of the program that uses a store, under those that the caller gave. */
export async function rulesFor(location: string, given: TuningOverrides): Promise<UsedRules> {
  const stored = await rulesInForce(location);
  const isGiven = Object.keys(given).length > 0;
  return {
    defaults: { ...stored?.defaults, ...given },
    actions: stored?.actions ?? {},
    from: isGiven ? "call" : stored === undefined ? "default" : "store",
  };
}

async function rulesInForce(location: string): Promise<RulesInForce | undefined> {
  const store = await openStore(location, { readOnly: true });
  try {
    return await readRules(store);
  } finally {
    await store.close();
  }
}

/** How a JSON result names the rules it was made by. */
export function rulesData({ defaults, actions, from }: UsedRules): object {
  return { ...pickedFrom(resolveDefaults(defaults)), actions, from };
}

function pickedFrom(constants: TuningConstants): object {
  const { ciThreshold, minEvents, errorBudget, budgetConfidence, worseThanAgent } = constants;
  return { ciThreshold, minEvents, errorBudget, budgetConfidence, worseThanAgent };
}

const WHOSE: Readonly<Record<UsedRules["from"], string>> = {
  call: "as given here",
  store: "of the program that uses the store",
  default: "by default",
};

/** As a line below what was judged by them. */
export function rulesLine(rules: UsedRules, screen: Screen): string {
  return facts([["rules", rulesText(rules)]], screen);
}

/** How a text names them. */
export function rulesText({ defaults, actions, from }: UsedRules): string {
  const { ciThreshold, minEvents, errorBudget, budgetConfidence, worseThanAgent } = resolveDefaults(defaults);
  const promises = [
    ...(errorBudget === "none" ? [] : [`error budget ${errorBudget}`]),
    ...(worseThanAgent === "none" ? [] : [`at most ${worseThanAgent} worse than the agent`]),
  ];
  const rule =
    promises.length === 0
      ? `bound above ${ciThreshold}`
      : `${promises.join(" and ")} at confidence ${budgetConfidence}`;
  return [`${rule} with at least ${plural(minEvents, "event")}`, ...budgetsOf(actions), WHOSE[from]].join(", ");
}

function budgetsOf(actions: ActionTypes): readonly string[] {
  const types = Object.keys(actions);
  return types.length === 0 ? [] : [`stricter for ${types.map(printable).join(" and ")}`];
}
