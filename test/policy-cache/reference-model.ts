import { canonicalJson } from "../../src/learning/canonical-json.js";
import type { JsonObject } from "../../src/model/fields.js";
import type { OutcomeEvent } from "../../src/policy-cache/outcome-event.js";
import type { PolicyChoice, Settings } from "./history.js";

interface Evidence {
  successes: number;
  trials: number;
}

interface Counted {
  readonly pair: string;
  readonly success: boolean;
}

/** What a cache should know of evidence and of policies, kept in plain maps and worked out the plain way. */
export class ReferenceModel {
  readonly #settings: Settings;
  readonly #evidence = new Map<string, Evidence>();
  readonly #policies = new Set<string>();
  readonly #seen = new Set<string>();
  /** Recorded and not yet counted, oldest first; the first `abandoned` are with a consumer that died. */
  #waiting: (Counted | undefined)[] = [];
  #abandoned = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @returns how many events are new */
  record(events: readonly OutcomeEvent[]): number {
    let recorded = 0;
    for (const { agentId = "default", state, action, outcome, id } of events) {
      if (id !== undefined) {
        const key = JSON.stringify([agentId, id]);
        if (this.#seen.has(key)) continue;
        this.#seen.add(key);
      }
      recorded += 1;
      this.#waiting.push({ pair: pairOf(agentId, state, action.type), success: outcome === "success" });
    }
    if (this.#settings.workers === "inline" && recorded > 0) this.countAll();
    return recorded;
  }

  abandon(limit: number): void {
    this.#abandoned = Math.min(this.#abandoned + limit, this.#waiting.length);
  }

  /** One cycle of a consumer that takes over at once. @returns how many events it handles */
  consume(batchSize: number): number {
    const takenOver = Math.min(this.#abandoned, batchSize);
    const fresh = takenOver < batchSize ? Math.min(batchSize, this.#waiting.length - this.#abandoned) : 0;
    for (const counted of this.#waiting.splice(0, takenOver + fresh)) this.#count(counted);
    this.#abandoned -= takenOver;
    return takenOver + fresh;
  }

  countAll(): void {
    for (const counted of this.#waiting) this.#count(counted);
    this.#waiting = [];
    this.#abandoned = 0;
  }

  /** An explored outcome is also logged: behind what waits, as an entry that counts for nothing. */
  report(policy: PolicyChoice, success: boolean, isExplored: boolean): void {
    this.#count({ pair: pairOf(policy.agentId, policy.state, policy.actionType), success });
    if (isExplored && this.#waiting.length > 0) this.#waiting.push(undefined);
  }

  /** Deleting a policy resets its evidence; without a policy nothing happens. */
  delete({ agentId, state, actionType }: PolicyChoice): boolean {
    const pair = pairOf(agentId, state, actionType);
    if (!this.#policies.delete(pair)) return false;
    this.#evidence.delete(pair);
    return true;
  }

  get totals(): { events: number; successes: number; pairs: number; policies: number; passing: number } {
    const evidence = [...this.#evidence.values()];
    return {
      events: evidence.reduce((sum, { trials }) => sum + trials, 0),
      successes: evidence.reduce((sum, { successes }) => sum + successes, 0),
      pairs: evidence.length,
      policies: this.#policies.size,
      passing: evidence.filter((counts) => this.#passes(counts)).length,
    };
  }

  /** The counts of one pair, and whether it has a policy. */
  lookUp(agentId: string, state: JsonObject, actionType: string): { evidence: Evidence | undefined; exists: boolean } {
    const pair = pairOf(agentId, state, actionType);
    return { evidence: this.#evidence.get(pair), exists: this.#policies.has(pair) };
  }

  #count(counted: Counted | undefined): void {
    if (counted === undefined) return;
    const { pair, success } = counted;
    const counts = this.#evidence.get(pair) ?? { successes: 0, trials: 0 };
    this.#evidence.set(pair, counts);
    counts.trials += 1;
    if (success) counts.successes += 1;
    if (this.#passes(counts)) this.#policies.add(pair);
  }

  #passes({ successes, trials }: Evidence): boolean {
    return trials >= this.#settings.minEvents && lowerBound(successes, trials) > this.#settings.ciThreshold;
  }
}

/** The smaller root of the quadratic equation behind Wilson's interval, at z = 1.96. */
function lowerBound(successes: number, trials: number): number {
  if (successes === 0) return 0;
  const zSquared = 1.96 * 1.96;
  const spread = Math.sqrt(zSquared * (zSquared / 4 + (successes * (trials - successes)) / trials));
  return (successes + zSquared / 2 - spread) / (trials + zSquared);
}

function pairOf(agentId: string, state: JsonObject, actionType: string): string {
  return JSON.stringify([agentId, canonicalJson(state), actionType]);
}
