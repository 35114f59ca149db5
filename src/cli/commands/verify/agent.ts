import { randomUUID } from "node:crypto";
import { type Environment, sampleTransition } from "../../../environments/environment.js";
import { randomStart } from "../../../environments/roll-out.js";
import {
  type Action,
  CRYSTALLIZER_GROUP,
  createCrystallizationHandler,
  type ExploreOptions,
  OUTCOME_STREAM,
  type OutcomeEvent,
  type PolicyCache,
} from "../../../index.js";
import { StreamConsumer } from "../../../models.js";
import type { Phase, Telling } from "./courses.js";

/** More than the steps of an episode that is recorded when it ends. */
const EVENTS_PER_BATCH = 1000;

/** An agent that lives in an environment and knows nothing but what its cache tells it. */
export class Agent {
  readonly #environment: Environment;
  readonly #cache: PolicyCache;
  readonly #random: () => number;
  readonly #agentId = `verify-${randomUUID()}`;
  readonly #candidates: readonly Action[];
  #outcomes = 0;

  /**
   * @param cache - without a worker of its own
   * @param random - uniform numbers that drive the environment; those of the cache's store draw the actions
   */
  constructor(environment: Environment, cache: PolicyCache, random: () => number) {
    this.#environment = environment;
    this.#cache = cache;
    this.#random = random;
    this.#candidates = environment.actions.map((type) => ({ type }));
  }

  /** Outcomes told to the cache so far. */
  get outcomes(): number {
    return this.#outcomes;
  }

  /** Makes every action of every state known, at a value of 0. */
  async tellZeros(): Promise<void> {
    const { stateCount, actions } = this.#environment;
    const events: OutcomeEvent[] = [];
    for (let state = 0; state < stateCount; state += 1) {
      if (this.#isEnd(state)) continue;
      for (const type of actions) {
        const about = { agentId: this.#agentId, state: this.#environment.features(state), action: { type } };
        events.push({ ...about, outcome: "failure", reward: 0, done: true });
      }
    }
    await this.#record(events, this.#consumer(1));
  }

  /** Lives through the episodes of a phase. Yields the return of each after learning from it. */
  async *live(phase: Phase, telling: Telling): AsyncGenerator<number> {
    const { episodes = Number.POSITIVE_INFINITY, steps = Number.POSITIVE_INFINITY } = phase;
    const consumer = this.#consumer(phase.learningRate);
    const end = this.#outcomes + steps;
    for (let episode = 0; episode < episodes && this.#outcomes < end; episode += 1) {
      const events: OutcomeEvent[] = [];
      yield await this.#episode(phase.epsilon, async (decisionId, event) => {
        const { outcome, reward, nextState } = event;
        if (telling === "report") await this.#cache.report(decisionId, { outcome, reward, nextState });
        else events.push(event);
      });
      if (telling === "record") await this.#record(events, consumer);
    }
  }

  /** The actions the cache holds best, by their indexes; in states where nothing can be done the first. */
  async bestActions(): Promise<readonly number[]> {
    const actions: number[] = [];
    for (let state = 0; state < this.#environment.stateCount; state += 1) {
      actions.push(this.#isEnd(state) ? 0 : (await this.#decide(state, { strategy: "greedy" })).action);
    }
    return actions;
  }

  async #episode(epsilon: number, tell: (decisionId: string, event: OutcomeEvent) => Promise<void>): Promise<number> {
    const { actions, stepLimit } = this.#environment;
    let state = randomStart(this.#environment, this.#random);
    let total = 0;
    for (let step = 0; step < stepLimit; step += 1) {
      const { decisionId, action, propensity } = await this.#decide(state, { strategy: "epsilon-greedy", epsilon });
      const transition = sampleTransition(this.#environment.transitions(state, action), this.#random());
      const { reward, next, done } = transition;
      await tell(decisionId, {
        agentId: this.#agentId,
        state: this.#environment.features(state),
        action: { type: actions[action] ?? "" },
        outcome: done && reward > 0 ? "success" : "failure",
        reward,
        propensity,
        done,
        ...(done ? {} : { nextState: this.#environment.features(next) }),
      });
      this.#outcomes += 1;
      total += reward;
      state = next;
      if (done) break;
    }
    return total;
  }

  async #decide(
    state: number,
    strategy: Pick<ExploreOptions, "strategy" | "epsilon">,
  ): Promise<{ readonly decisionId: string; readonly action: number; readonly propensity: number }> {
    const decision = await this.#cache.decide({
      agentId: this.#agentId,
      state: this.#environment.features(state),
      explore: { ...strategy, candidates: this.#candidates },
    });
    if (decision.kind !== "explore") throw new Error(`Asked to explore, the cache answered ${decision.kind}.`);
    const { decisionId, action, propensity } = decision;
    return { decisionId, action: this.#environment.actions.indexOf(action.type), propensity };
  }

  async #record(events: readonly OutcomeEvent[], consumer: StreamConsumer): Promise<void> {
    await this.#cache.recordMany(events);
    while ((await consumer.processBatch({ blockMs: 0 })) > 0) {
      // Until all of it is learned.
    }
  }

  #isEnd(state: number): boolean {
    return this.#environment.transitions(state, 0).length === 0;
  }

  /** Counts what was recorded, at a learning rate of its own. */
  #consumer(tdAlpha: number): StreamConsumer {
    return new StreamConsumer({
      store: this.#cache.store,
      streamKey: OUTCOME_STREAM,
      groupName: CRYSTALLIZER_GROUP,
      consumerName: this.#agentId,
      handler: createCrystallizationHandler({ tdAlpha }),
      batchSize: EVENTS_PER_BATCH,
    });
  }
}
