const MOST = 10_000;

/** The calls of a decision. */
interface OpenDecision {
  readonly id: string;
  readonly callIds: readonly string[];
}

/**
 * Which decision a call came of, while it is under way. The framework sends whatever is kept beside a call to the provider, so the
 * decision cannot travel with it. The oldest are forgotten.
 */
export class OpenCalls {
  readonly #byCall = new Map<string, OpenDecision>();

  add(id: string, callIds: readonly string[]): void {
    for (const callId of callIds) this.#byCall.set(callId, { id, callIds });
    for (const callId of this.#byCall.keys()) {
      if (this.#byCall.size <= MOST) break;
      this.#byCall.delete(callId);
    }
  }

  /** The decisions of these calls, each once. */
  among(callIds: readonly string[]): readonly OpenDecision[] {
    return [...new Set(callIds.flatMap((callId) => this.#byCall.get(callId) ?? []))];
  }
}
