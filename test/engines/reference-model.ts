import type { OutcomeEvent } from "../../src/cache/events/outcome-event.js";
import { canonicalJson } from "../../src/maths/json/canonical-json.js";
import type { JsonObject } from "../../src/maths/json/json-value.js";
import type { PolicyChoice, Settings } from "./history.js";

interface Evidence {
  readonly successes: number;
  readonly trials: number;
}

/** The outcomes of one action of a pair, oldest first, and where in them its story takes a turn. */
interface ActionStory {
  readonly outcomes: boolean[];
  /** Outcomes before this one are not in force. */
  inForceFrom: number;
  isStopped: boolean;
  /** Outcomes in force before this one are the past; those after speak for a change as much as `change`. */
  pastUntil: number;
  change: number;
  /** Of outcomes in force those that were taken, and what they speak for. */
  taken: boolean[];
  readonly everTaken: boolean[];
  takenChange: number;
  account: number;
}

/** The outcomes of a pair, whichever of its actions they are of. */
interface Story {
  readonly outcomes: boolean[];
  /** What was in force for its action after each, before it changed anything. */
  readonly standings: Evidence[];
  readonly actions: Map<string, ActionStory>;
  /** Outcomes before this one are not in force. */
  inForceFrom: number;
  /** By name, or by another version. */
  isRetired: boolean;
  /** What its outcomes depend on, once one has said so. */
  dependsOn?: string;
}

/** The action that a decision was for: what it is, or the one that was known when it was made. */
export type DecidedAction = { readonly spec: JsonObject } | { readonly known: object };

interface Counted {
  readonly pair: string;
  readonly action: DecidedAction;
  readonly isTaken: boolean;
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
        action: { spec: (action.spec ?? {}) as JsonObject },
        isTaken: false,
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

  /** A reported outcome is also logged: behind what waits, as an entry that counts for nothing. */
  report(policy: PolicyChoice, action: DecidedAction, success: boolean, isTaken: boolean): void {
    const pair = pairOf(policy.agentId, policy.state, policy.actionType);
    this.#count({ pair, action, isTaken, success });
    if (this.#waiting.length > 0) this.#waiting.push(undefined);
  }

  /** What is known of an action now; undefined when nothing is. */
  knownAction({ agentId, state, actionType }: PolicyChoice, spec: JsonObject): object | undefined {
    return this.#stories.get(pairOf(agentId, state, actionType))?.actions.get(canonicalJson(spec));
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
    story.isRetired = true;
    startOver(story);
    return true;
  }

  /** @returns whether there is such a retired policy */
  restore({ agentId, state, actionType }: PolicyChoice): boolean {
    const story = this.#stories.get(pairOf(agentId, state, actionType));
    const pair = pairOf(agentId, state, actionType);
    if (story === undefined || !this.#policies.has(pair)) return false;
    const actions = [...story.actions.values()];
    if (!story.isRetired && !actions.some(({ isStopped }) => isStopped)) return false;
    Object.assign(story, { isRetired: false, inForceFrom: 0 });
    for (const action of actions) {
      Object.assign(action, { isStopped: false, inForceFrom: 0, change: 0, takenChange: 0, account: 0 });
      action.taken = action.everTaken.slice();
    }
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
        startOver(story);
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
      passing: stories.filter((story) => {
        const actions = [...story.actions.values()];
        const isInService = !story.isRetired && (actions.length === 0 || actions.some(({ isStopped }) => !isStopped));
        return isInService && this.#passes(inForce(story));
      }).length,
    };
  }

  /** The counts of one pair, those after each of the outcomes kept of it, and whether it has a policy. */
  lookUp(agentId: string, state: JsonObject, actionType: string) {
    const pair = pairOf(agentId, state, actionType);
    const story = this.#stories.get(pair);
    const { historyLength } = this.#settings;
    return {
      evidence: story === undefined ? undefined : inForce(story),
      actions: new Map([...(story?.actions ?? [])].map(([spec, action]) => [spec, inForce(action)])),
      standings: historyLength === 0 ? [] : (story?.standings.slice(-historyLength) ?? []),
      exists: this.#policies.has(pair),
    };
  }

  #count(counted: Counted | undefined): void {
    if (counted === undefined) return;
    const { pair, success } = counted;
    const story: Story = this.#stories.get(pair) ?? {
      outcomes: [],
      standings: [],
      actions: new Map(),
      inForceFrom: 0,
      isRetired: false,
    };
    this.#stories.set(pair, story);
    this.#compareVersions(counted, story);
    const { isTrial, isFirst } = this.#visit(counted);
    if (!isTrial) return;
    story.outcomes.push(success);
    const hadPolicy = this.#policies.has(pair);
    const action = isFirst ? actionOf(story, counted.action) : undefined;
    if (action !== undefined) {
      action.outcomes.push(success);
      if (counted.isTaken) action.taken.push(success);
      if (counted.isTaken) action.everTaken.push(success);
    }
    story.standings.push(inForce(action ?? story));
    if (action !== undefined) this.#judge(story, action, counted, hadPolicy);
    if (!hadPolicy && this.#passes(inForce(story))) this.#policies.add(pair);
  }

  #judge(story: Story, action: ActionStory, { success, isTaken }: Counted, hadPolicy: boolean): void {
    if (action.isStopped || story.isRetired) {
      if (!this.#passes(inForce(action))) return;
      action.isStopped = false;
      if (hadPolicy) story.isRetired = false;
      return;
    }
    if (this.#settings.retirementFalseAlarmRate === 0) return;
    const isBad = hadPolicy && this.#weigh(action, success);
    if ((isTaken && this.#weighTaken(action, success)) || isBad) {
      action.isStopped = true;
      startActionOver(action);
    }
  }

  /** Outcomes under other versions are not in force, and a policy made of them is retired. */
  #compareVersions({ pair, dependsOn }: Counted, story: Story): void {
    if (dependsOn === undefined) return;
    if (story.dependsOn !== undefined && story.dependsOn !== dependsOn) {
      startOver(story);
      if (this.#policies.has(pair)) story.isRetired = true;
    }
    story.dependsOn = dependsOn;
  }

  /** Where episodes are the evidence, only the first visit of each counts: to the pair, and to the state. */
  #visit({ pair, episodeId }: Counted): { readonly isTrial: boolean; readonly isFirst: boolean } {
    if (this.#settings.evidence === "event" || episodeId === undefined) return { isTrial: true, isFirst: true };
    const arrive = (place: unknown) => {
      const visit = JSON.stringify([place, episodeId]);
      const isNew = !this.#visits.has(visit);
      this.#visits.add(visit);
      return isNew;
    };
    const [agentId, state] = JSON.parse(pair);
    return { isTrial: arrive(pair), isFirst: arrive([agentId, state]) };
  }

  /** Likelihood of half the past rate beside that of the past rate, since it last spoke for a change. */
  #weigh(action: ActionStory, success: boolean): boolean {
    if (action.change <= 1) action.pastUntil = action.outcomes.length - 1;
    const past = counts(action.outcomes.slice(action.inForceFrom, action.pastUntil));
    const rate = past.trials === 0 ? 0 : lowerBound(past.successes, past.trials);
    action.change = changed(action.change, rate, success);
    return action.change >= 1 / this.#settings.retirementFalseAlarmRate;
  }

  /** The same for what was taken, held against the budget; and the failures beyond it, added up. */
  #weighTaken(action: ActionStory, success: boolean): boolean {
    const errorBudget = 1 - this.#settings.ciThreshold;
    const past = counts(action.taken.slice(0, -1));
    const rate = past.trials === 0 ? 0 : lowerBound(past.successes, past.trials);
    action.takenChange = changed(action.takenChange, Math.max(1 - errorBudget, rate), success);
    action.account = Math.max(0, action.account + (success ? 0 : 1) - errorBudget);
    return action.takenChange >= 1 / this.#settings.retirementFalseAlarmRate || action.account >= 10;
  }

  #passes({ successes, trials }: Evidence): boolean {
    return trials >= this.#settings.minEvents && lowerBound(successes, trials) > this.#settings.ciThreshold;
  }
}

function actionOf({ actions }: Story, action: DecidedAction): ActionStory | undefined {
  if ("known" in action) return [...actions.values()].find((story) => story === action.known);
  const spec = canonicalJson(action.spec);
  const story: ActionStory = actions.get(spec) ?? {
    outcomes: [],
    inForceFrom: 0,
    isStopped: false,
    pastUntil: 0,
    change: 0,
    taken: [],
    everTaken: [],
    takenChange: 0,
    account: 0,
  };
  actions.set(spec, story);
  return story;
}

function startOver(story: Story): void {
  story.inForceFrom = story.outcomes.length;
  for (const action of story.actions.values()) startActionOver(action);
}

function startActionOver(action: ActionStory): void {
  const inForceFrom = action.outcomes.length;
  Object.assign(action, { inForceFrom, change: 0, taken: [], takenChange: 0, account: 0 });
}

function changed(evidence: number, pastRate: number, success: boolean): number {
  const rate = Math.min(0.999, pastRate);
  return Math.max(evidence, 1) * (success ? 1 / 2 : (1 - rate / 2) / (1 - rate));
}

function counts(outcomes: readonly boolean[]): Evidence {
  return { successes: outcomes.filter(Boolean).length, trials: outcomes.length };
}

function inForce({ outcomes, inForceFrom }: Pick<Story, "outcomes" | "inForceFrom">): Evidence {
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
