import type { TuningConstants, TuningOverrides } from "../../common/tuning/defaults.js";
import { textField } from "../../operations/records/fields.js";
import { getRecord } from "../../operations/records/record.js";
import { replaceSettings, SETTINGS_SHARD } from "../../operations/records/settings.js";
import { storageKey } from "../../store/storage-keys.js";
import type { Store } from "../../store/store.js";
import type { ActionTypes } from "../actions/action-types.js";

/**
 * By which rules the program decides that uses a store: kept in the store when it is opened for writing, so that whoever
 * looks into it from outside can judge by the same.
 */
export interface RulesInForce {
  readonly defaults: TuningOverrides;
  /** Budgets of single types of actions. */
  readonly actions: ActionTypes;
}

/** What says when evidence suffices. */
const RULES = ["ciThreshold", "minEvents", "wilsonZ", "errorBudget", "budgetConfidence", "worseThanAgent"] as const;

const SETTINGS_KEY = storageKey("settings", "outcomes");
const SETTING = "rules";

/** Keeps the rules of this program; writes nothing where they are kept already. */
export async function keepRules(store: Store, actions: ActionTypes): Promise<void> {
  const rules = JSON.stringify({ defaults: rulesOf(store.defaults), actions: budgetsOf(actions) });
  if ((await storedRules(store)) === rules) return;
  const input = { keys: { settings: SETTINGS_KEY }, id: SETTING, settings: { rules } };
  await store.run(replaceSettings, input, SETTINGS_SHARD);
}

/** The rules of the program that opened a store last; undefined where none did. */
export async function readRules(store: Store): Promise<RulesInForce | undefined> {
  const rules = await storedRules(store);
  return rules === "" ? undefined : JSON.parse(rules);
}

async function storedRules(store: Store): Promise<string> {
  const stored = await store.run(getRecord, { keys: { records: SETTINGS_KEY }, id: SETTING }, SETTINGS_SHARD);
  return textField(stored ?? {}, "rules", "");
}

function rulesOf(defaults: TuningConstants): TuningOverrides {
  return Object.fromEntries(RULES.map((name) => [name, defaults[name]]));
}

function budgetsOf(actions: ActionTypes): ActionTypes {
  const budgets = Object.entries(actions).flatMap(([type, { errorBudget, confidence } = {}]) =>
    errorBudget === undefined && confidence === undefined ? [] : [[type, { errorBudget, confidence }] as const],
  );
  return Object.fromEntries(budgets.sort(([left], [right]) => (left < right ? -1 : 1)));
}
