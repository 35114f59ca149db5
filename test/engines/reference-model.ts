import type { OutcomeEvent } from "../../src/cache/events/outcome-event.js";
import { canonicalJson } from "../../src/maths/json/canonical-json.js";
import type { JsonObject } from "../../src/model/fields.js";
import type { PolicyChoice, Settings } from "./history.js";

interface Evidence {
  readonly successes: number;
  readonly trials: number;
}

/** The outcomes of a pair, oldest first, and where in them its story takes a turn. */
interface Story {
  readonly outcomes: boolean[];
  /** What was in force after each, before it changed anything. */
  readonly standings: Evidence[];
  /** Outcomes before this one are not in force. */
  inForceFrom: number;
  isRetired: boolean;
  /** What its outcomes depend on, once one has said so. */
  dependsOn?: string;
  /** Outcomes in force before this one are the past of a policy; those after speak for a change as much as `change`. */
  pastUntil: number;
  change: number;
}

interface Counted {
  readonly pair: string;
  readonly success: boolean;
  readonly dependsOn?: string;
  readonly episodeId?: string;
}

/** What a cache should know of evidence and of policies, kept in plain maps and worked out the plain way. */
export class ReferenceModel {
  readonly #settings: Settings;
  readonly #stories = new Map<string, Story>();
  readonly #policies = new Set<string>();
  readonly #seen = new Set<string>();
  /** Pairs and the episodes that were there. */
  readonly #visits = new Set<string>();
  /** Recorded and not yet counted, oldest first; the first `abandoned` are with a consumer that died. */
  #waiting: (Counted | undefined)[] = [];
  #abandoned = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @returns how many events are new */
  record(events: readonly OutcomeEvent[]): number {
    let recorded = 0;
    for (const { agentId = "default", state, action, outcome, id, dependsOn, episodeId } of events) {
      if (id !== undefined) {
        const key = JSON.stringify([agentId, id]);
        if (this.#seen.has(key)) continue;
        this.#seen.add(key);
      }
      recorded += 1;
      this.#waiting.push({
        pair: pairOf(agentId, state, action.type),
        success: outcome === "success",
        ...(dependsOn === undefined ? {} : { dependsOn: canonicalJson(dependsOn) }),
        ...(episodeId === undefined ? {} : { episodeId }),
      });
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
    this.#stories.delete(pair);
    return true;
  }

  /** @returns whether there is such a policy in service */
  retire({ agentId, state, actionType }: PolicyChoice): boolean {
    const pair = pairOf(agentId, state, actionType);
    const story = this.#stories.get(pair);
    if (story === undefined || story.isRetired || !this.#policies.has(pair)) return false;
    Object.assign(story, { isRetired: true, inForceFrom: story.outcomes.length });
    return true;
  }

  /** @returns whether there is such a retired policy */
  restore({ agentId, state, actionType }: PolicyChoice): boolean {
    const story = this.#stories.get(pairOf(agentId, state, actionType));
    if (story === undefined || !story.isRetired) return false;
    Object.assign(story, { isRetired: false, inForceFrom: 0, pastUntil: story.outcomes.length, change: 1 });
    return true;
  }

  /** Retires policies in service; elsewhere nothing that was counted is in force any more. */
  invalidate(agentId: string, actionType: string, states: readonly JsonObject[]) {
    const counted = { retired: 0, startedOver: 0 };
    for (const state of states) {
      if (this.retire({ agentId, state, actionType })) counted.retired += 1;
      else {
        const story = this.#stories.get(pairOf(agentId, state, actionType));
        if (story === undefined || inForce(story).trials === 0) continue;
        story.inForceFrom = story.outcomes.length;
        counted.startedOver += 1;
      }
    }
    return counted;
  }

  get totals(): { events: number; successes: number; pairs: number; policies: number; passing: number } {
    const stories = [...this.#stories.values()];
    const outcomes = stories.flatMap((story) => story.outcomes);
    return {
      events: outcomes.length,
      successes: outcomes.filter(Boolean).length,
      pairs: stories.length,
      policies: this.#policies.size,
      passing: stories.filter((story) => !story.isRetired && this.#passes(inForce(story))).length,
    };
  }

  /** The counts of one pair, those after each of the outcomes kept of it, and whether it has a policy. */
  lookUp(agentId: string, state: JsonObject, actionType: string) {
    const pair = pairOf(agentId, state, actionType);
    const story = this.#stories.get(pair);
    const { historyLength } = this.#settings;
    return {
      evidence: story === undefined ? undefined : inForce(story),
      standings: historyLength === 0 ? [] : (story?.standings.slice(-historyLength) ?? []),
      exists: this.#policies.has(pair),
    };
  }

  #count(counted: Counted | undefined): void {
    if (counted === undefined) return;
    const { pair, success } = counted;
    const story = this.#stories.get(pair) ?? {
      outcomes: [],
      standings: [],
      inForceFrom: 0,
      isRetired: false,
      pastUntil: 0,
      change: 1,
    };
    this.#stories.set(pair, story);
    this.#compareVersions(counted, story);
    if (!this.#isTrial(counted)) return;
    story.outcomes.push(success);
    story.standings.push(inForce(story));
    const hadPolicy = this.#policies.has(pair);
    if (hadPolicy && !story.isRetired) this.#weigh(story, success);
    else if (this.#passes(inForce(story))) {
      this.#policies.add(pair);
      Object.assign(story, { isRetired: false, pastUntil: story.outcomes.length, change: 1 });
    }
  }

  /** Outcomes under other versions are not in force, and a policy made of them is retired. */
  #compareVersions({ pair, dependsOn }: Counted, story: Story): void {
    if (dependsOn === undefined) return;
    if (story.dependsOn !== undefined && story.dependsOn !== dependsOn) {
      story.inForceFrom = story.outcomes.length;
      if (this.#policies.has(pair)) story.isRetired = true;
    }
    story.dependsOn = dependsOn;
  }

  /** Where episodes are the evidence, only the first visit of each counts. */
  #isTrial({ pair, episodeId }: Counted): boolean {
    if (this.#settings.evidence === "event" || episodeId === undefined) return true;
    const visit = JSON.stringify([pair, episodeId]);
    if (this.#visits.has(visit)) return false;
    this.#visits.add(visit);
    return true;
  }

  /** Likelihood of half the past rate beside that of the past rate, since it last spoke for a change. */
  #weigh(story: Story, success: boolean): void {
    if (this.#settings.retirementFalseAlarmRate === 0) return;
    const past = counts(story.outcomes.slice(story.inForceFrom, story.pastUntil));
    const rate = Math.min(0.999, past.trials === 0 ? 0 : lowerBound(past.successes, past.trials));
    story.change = Math.max(story.change, 1) * (success ? 1 / 2 : (1 - rate / 2) / (1 - rate));
    if (story.change >= 1 / this.#settings.retirementFalseAlarmRate) {
      Object.assign(story, { isRetired: true, inForceFrom: story.outcomes.length });
    } else if (story.change <= 1) story.pastUntil = story.outcomes.length;
  }

  #passes({ successes, trials }: Evidence): boolean {
    return trials >= this.#settings.minEvents && lowerBound(successes, trials) > this.#settings.ciThreshold;
  }
}

function counts(outcomes: readonly boolean[]): Evidence {
  return { successes: outcomes.filter(Boolean).length, trials: outcomes.length };
}

function inForce({ outcomes, inForceFrom }: Story): Evidence {
  return counts(outcomes.slice(inForceFrom));
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
