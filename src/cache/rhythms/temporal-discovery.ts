import { joinParts } from "../../common/joined-parts.js";
import { resolveDefaults, type TuningConstants, type TuningOverrides } from "../../common/tuning/defaults.js";
import type { Operation } from "../../keyspace/port/engine.js";
import type { StreamEntry } from "../../keyspace/port/keyspace.js";
import { LocalTime } from "../../maths/rhythm/local-time.js";
import { LEAST_OBSERVATIONS } from "../../maths/rhythm/rhythm.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import {
  noteUses,
  RHYTHM_KINDS,
  readUses,
  reviseCycles,
  settleTest,
  type TestSchedule,
  type Use,
} from "../../operations/primitives/rhythm.js";
import { numberField } from "../../operations/records/fields.js";
import { rhythmKeys } from "../../primitives/decay-clock.js";
import type { Store } from "../../store/store.js";
import { checkedHandler } from "../../streams/checked-delivery.js";
import type { HandlerContext, StreamHandler } from "../../streams/stream-handler.js";
import { readEntry } from "../events/read-entry.js";
import { EXPECTED_VALUE, policyLayout } from "../policy-entry.js";
import { testRhythms } from "./rhythm-test.js";

/**
 * Stream handler that watches on which weekdays and at which hours each policy's action is taken, and gives a policy
 * with a weekly or a daily rhythm a decay cycle of origin `discovered`, one of each at most. A rhythm is one only beside
 * the agent's own activity, and beside all other policies that were tested: of the rhythms found, the expected share of
 * false ones is at most `pThreshold`. Cycles follow the evidence: they are moved and dropped with it. docs/rhythms.md
 *
 * Handling an event twice changes nothing. Give it a consumer group of its own, beside the crystallizer's.
 */
export const temporalDiscoveryHandler: StreamHandler = checkedHandler((entries, context) =>
  discover(entries, context, {}),
);

/** A {@link temporalDiscoveryHandler} with tuning constants of its own. */
export function createTemporalDiscoveryHandler(overrides: TuningOverrides): StreamHandler {
  resolveDefaults(overrides);
  return checkedHandler((entries, context) => discover(entries, context, overrides));
}

/** The group in which a cache opened with `discovery: true` looks for rhythms. */
export const DISCOVERY_GROUP = "temporal-discovery";

/** An action that was taken. */
type Taken = Pick<OutcomeEntry, "stateFingerprint" | "actionType" | "ts">;

/** Notes that an agent took an action, as the handler does with the events of the stream. */
export function noteTaken(store: Store, agentId: string, taken: Taken): Promise<void> {
  return new AgentRhythms(store, agentId, store.defaults).note([taken]);
}

/** At the latest after so many further days a policy is tested again, however long it has been known. */
const MOST_FURTHER_DAYS = 112;

async function discover(
  entries: readonly StreamEntry[],
  { store, shard }: HandlerContext,
  overrides: TuningOverrides,
): Promise<void> {
  const constants = resolveDefaults(overrides, store.defaults);
  for (const [agentId, outcomes] of byAgent(entries)) {
    // What was appended to the shard of another agent by mistake must not create data where nobody looks for it.
    if (store.shardOf(agentId) === shard) await new AgentRhythms(store, agentId, constants).note(outcomes);
  }
}

function byAgent(entries: readonly StreamEntry[]): ReadonlyMap<string, readonly OutcomeEntry[]> {
  const agents = new Map<string, OutcomeEntry[]>();
  for (const { fields } of entries) {
    const outcome = readEntry(fields);
    if (outcome === undefined) continue;
    const own = agents.get(outcome.agentId);
    if (own === undefined) agents.set(outcome.agentId, [outcome]);
    else own.push(outcome);
  }
  return agents;
}

/** Looks for the rhythms of one agent's policies. */
class AgentRhythms {
  readonly #store: Store;
  readonly #agentId: string;
  readonly #constants: TuningConstants;
  readonly #localTime: LocalTime;

  constructor(store: Store, agentId: string, constants: TuningConstants) {
    this.#store = store;
    this.#agentId = agentId;
    this.#constants = constants;
    this.#localTime = LocalTime.of(constants.timeZone);
  }

  async note(outcomes: readonly Taken[]): Promise<void> {
    const { due, revise } = await this.#run(noteUses, {
      uses: outcomes.map(({ stateFingerprint, actionType, ts }) => {
        return { ...this.#place([stateFingerprint, actionType]), ...this.#localTime.hourOf(ts) };
      }),
      schedule: this.#schedule(),
    });
    let names = revise;
    for (const outcome of distinct(due.map((index) => outcomes[index]))) names = await this.#test(outcome);
    for (const name of names) await this.#revise(name);
  }

  /** @returns names of policies whose cycles are to be revised */
  async #test({ stateFingerprint, actionType, ts }: Taken): Promise<readonly string[]> {
    const { minPeriods, pThreshold } = this.#constants;
    const place = this.#place([stateFingerprint, actionType]);
    const uses = await this.#run(readUses, place);
    return this.#run(settleTest, {
      ...place,
      ...this.#follower(),
      ...testRhythms(uses, place.record.name, minPeriods, this.#localTime.offsetSeconds(ts)),
      schedule: this.#schedule(),
      testsBefore: numberField(uses.all, "tests", 0),
      days: numberField(uses.all, "days", 0),
      level: pThreshold / RHYTHM_KINDS.length,
    });
  }

  #revise(name: string): Promise<boolean> {
    const [, ...identity] = policyLayout.valuesOf(this.#agentId, name);
    return this.#run(reviseCycles, { ...this.#place(identity), ...this.#follower() });
  }

  #run<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    return this.#store.run(operation, input, this.#store.shardOf(this.#agentId));
  }

  #place(identity: readonly string[]): Pick<Use, "keys" | "record"> {
    const values = [this.#agentId, ...identity];
    return { keys: rhythmKeys(policyLayout, policyLayout.place(values)), record: policyLayout.recordKeys(values) };
  }

  #schedule(): TestSchedule {
    const { minPeriods, rhythmWindowWeeks: windowWeeks } = this.#constants;
    return { minPeriods, windowWeeks, leastDays: LEAST_OBSERVATIONS, mostFurtherDays: MOST_FURTHER_DAYS };
  }

  #follower() {
    const { initialCycleAmplitude: amplitude } = this.#constants;
    return { field: EXPECTED_VALUE, amplitude, nowSeconds: this.#store.nowSeconds() };
  }
}

/** The last outcome of each pair. */
function distinct(outcomes: readonly (Taken | undefined)[]): readonly Taken[] {
  const pairs = new Map<string, Taken>();
  for (const outcome of outcomes) {
    if (outcome !== undefined) pairs.set(joinParts(outcome.stateFingerprint, outcome.actionType), outcome);
  }
  return [...pairs.values()];
}
