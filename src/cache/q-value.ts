import type { QValueUpdate } from "../operations/primitives/learned-fields.js";
import type { TdOptions } from "../primitives/td-value-field.js";
import { Repository } from "../repository/repository.js";
import type { Store } from "../store/store.js";
import { PolicyEntry, type PolicyIdentity } from "./policy-entry.js";

export interface QValueOptions extends TdOptions {
  readonly reward: number;
}

/**
 * One temporal difference step on a policy: Q + alpha * (reward + gamma * maxFutureQ - Q).
 *
 * @param policy - a policy, or its three identity fields
 * @throws {@link RecordNotFoundError} when it is not stored, {@link InvalidArgumentError} for a rate out of range
 * @see Sutton and Barto, Reinforcement Learning (2018), eq. 6.8
 */
export function updateQValue(store: Store, policy: PolicyIdentity, options: QValueOptions): Promise<QValueUpdate> {
  return new Repository(store, PolicyEntry).qValue("qValue").update(policy, options.reward, options);
}

/** Sets the Q-value of a policy and nothing else. */
export function initializeQValue(store: Store, policy: PolicyIdentity, qValue = 0): Promise<void> {
  return new Repository(store, PolicyEntry).qValue("qValue").initialize(policy, qValue);
}
