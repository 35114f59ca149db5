import { checkObject } from "../common/checks.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { QValueUpdate } from "../operations/primitives/learned-fields.js";
import type { TdOptions } from "../primitives/td-value-field.js";
import { Repository } from "../repository/repository.js";
import type { Store } from "../store/store.js";
import { PolicyEntry, type PolicyIdentity } from "./policy-entry.js";

/** What a reward is to be learned with. */
export interface QValueOptions extends TdOptions {
  /** Any finite scale. */
  readonly reward: number;
}

const OPTION_NAMES = namesOf<QValueOptions>({
  reward: true,
  maxFutureQ: true,
  alpha: true,
  gamma: true,
  episodic: true,
});

/**
 * One temporal difference step on a policy: Q + alpha * (reward + gamma * maxFutureQ - Q).
 *
 * @param policy - a policy, or its three identity fields
 * @throws {@link RecordNotFoundError} when it is not stored, {@link InvalidArgumentError} for a rate out of range
 * @see Sutton and Barto, Reinforcement Learning (2018), eq. 6.8
 */
export async function updateQValue(
  store: Store,
  policy: PolicyIdentity,
  options: QValueOptions,
): Promise<QValueUpdate> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const { reward, ...step } = given;
  return new Repository(store, PolicyEntry).qValue("qValue").update(policy, reward, step);
}

/** Sets the Q-value of a policy and nothing else. */
export async function initializeQValue(store: Store, policy: PolicyIdentity, qValue = 0): Promise<void> {
  await new Repository(store, PolicyEntry).qValue("qValue").initialize(policy, qValue);
}
