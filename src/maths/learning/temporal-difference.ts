/**
 * Temporal-difference error of Q-learning, δ = reward + γ·maxFutureQ − q, evaluated in that order so that every engine
 * computes the same bits.
 *
 * @param q - current Q-value of the state-action pair
 * @param reward - observed reward, on any scale
 * @param maxFutureQ - best Q-value in the next state; 0 for a terminal step
 * @param gamma - discount γ, in [0, 1]
 * @returns how far the value fell short of the target; positive when the outcome was better than expected
 * @see Sutton & Barto (2018), Reinforcement Learning, 2nd ed., eq. 6.8
 */
export function tdError(q: number, reward: number, maxFutureQ: number, gamma: number): number {
  return reward + gamma * maxFutureQ - q;
}

/**
 * The Q-value one step towards its target: q + α·error.
 *
 * @param q - current Q-value
 * @param error - from {@link tdError}
 * @param alpha - step size α, in (0, 1]; 1 replaces the value by its target
 */
export function tdUpdatedValue(q: number, error: number, alpha: number): number {
  return q + alpha * error;
}
