/** The account at which an action is no longer taken. */
export const ACCOUNT_LIMIT = 10;

/**
 * The account of an action that is taken, after one more outcome: failures beyond the budget, never below nothing. As it
 * stops at {@link ACCOUNT_LIMIT}, fewer than `errorBudget · n` + 11 of any n taken outcomes in a row fail before it does:
 * that is arithmetic, and assumes nothing.
 *
 * @param account - before the outcome; 0 at the start
 * @param errorBudget - above 0, below 1
 */
export function accountAfter(account: number, failed: boolean, errorBudget: number): number {
  const after = account + (failed ? 1 : 0) - errorBudget;
  return after > 0 ? after : 0;
}
