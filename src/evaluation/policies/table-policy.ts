import { checkState } from "../../cache/events/check-event.js";
import { checkKeyText, checkNumber, checkPlainObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { entriesOf } from "../../common/given/parts.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { ActionProbabilities, TargetPolicy } from "./target-policy.js";

/** A policy written down: probabilities of actions by state. */
export interface PolicyTable {
  readonly name?: string | undefined;
  readonly states?: readonly {
    readonly state: JsonObject | undefined;
    readonly actions: Readonly<Record<string, number>>;
  }[];
  /** For every state that is not listed. Default: what the log did there. */
  readonly otherwise?: Readonly<Record<string, number>> | undefined;
}

const TABLE_NAMES = namesOf<PolicyTable>({ name: true, states: true, otherwise: true });
const ROW_NAMES = namesOf<NonNullable<PolicyTable["states"]>[number]>({ state: true, actions: true });

/** Probabilities that add up to 1 but for rounding are taken as they are. */
const TOLERANCE = 1e-6;

/**
 * The policy that a table describes.
 *
 * @throws {@link InvalidArgumentError} naming the part that is wrong: probabilities from 0 to 1 that sum to 1
 */
export function tablePolicy(table: PolicyTable): TargetPolicy {
  const given = refuseUnknownNames(checkPlainObject("policy", table), TABLE_NAMES, "policy");
  const rows = given.states ?? [];
  if (!Array.isArray(rows)) throw new InvalidArgumentError("policy.states", rows, "an array of states with actions");
  const byState = new Map<string, ActionProbabilities>();
  rows.forEach((row, index) => {
    const path = `policy.states[${index}]`;
    const given = refuseUnknownNames(checkPlainObject(path, row), ROW_NAMES, path);
    const { state, actions } = given;
    const { stateFingerprint } = checkState(`${path}.state`, state);
    if (byState.has(stateFingerprint)) {
      throw new InvalidArgumentError(`${path}.state`, state, "a state not listed before");
    }
    byState.set(stateFingerprint, checkProbabilities(`${path}.actions`, actions));
  });
  const { otherwise, name = "table" } = given;
  const others = otherwise === undefined ? undefined : checkProbabilities("policy.otherwise", otherwise);
  return {
    name: checkKeyText("policy.name", name),
    probabilities: ({ state }) => byState.get(checkState("state", state).stateFingerprint) ?? others,
  };
}

function checkProbabilities(path: string, actions: unknown): ActionProbabilities {
  const probabilities = new Map<string, number>();
  let sum = 0;
  for (const [actionType, value] of entriesOf(path, checkPlainObject(path, actions))) {
    checkKeyText(`${path} action`, actionType);
    const isProbability = (number: number) => number >= 0 && number <= 1;
    const probability = checkNumber(`${path}.${actionType}`, value, isProbability, "a probability from 0 to 1");
    probabilities.set(actionType, probability);
    sum += probability;
  }
  if (Math.abs(sum - 1) > TOLERANCE) throw new InvalidArgumentError(path, sum, "probabilities that sum to 1");
  return probabilities;
}
