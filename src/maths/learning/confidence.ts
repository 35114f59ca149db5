/**
 * Confidence after one more signal. With n signals so far, nEff = min(n + 1, evidenceCap) and
 *
 *     confidence + (signal − confidence) / (nEff + 1)
 *
 * The initial confidence counts as one observation, so below the cap this is the running mean of it and all signals,
 * in any order. From evidenceCount ≥ evidenceCap − 1 on, the gain stays at 1/(evidenceCap + 1) and old signals fade
 * exponentially.
 *
 * @param confidence - current value, in [0, 1]
 * @param evidenceCount - signals so far; integer ≥ 0
 * @param signal - observed agreement, in [0, 1]
 * @param evidenceCap - memory window in signals; integer ≥ 1
 * @returns the new confidence, in [0, 1]
 */
export function updatedConfidence(
  confidence: number,
  evidenceCount: number,
  signal: number,
  evidenceCap: number,
): number {
  const effectiveCount = Math.min(evidenceCount + 1, evidenceCap);
  return Math.min(1, Math.max(0, confidence + (signal - confidence) / (effectiveCount + 1)));
}
