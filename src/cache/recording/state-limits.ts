import { PolicyCacheError } from "../../common/errors.js";
import { getOrCreate } from "../../common/maps/get-or-create.js";
import { RecentMap } from "../../common/maps/recent-map.js";
import { fingerprintOfCanonical } from "../../maths/json/fingerprint.js";
import { MOST_ACTIONS } from "../../operations/evidence/actions/known-actions.js";
import { measureState } from "../../operations/outcomes/measure-state.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import type { Store } from "../../store/store.js";
import { stateKey } from "../outcome-keys.js";
import { evidenceId, isEvidenceId } from "../policy-entry.js";

// All of a state is read at once whenever it is decided on: what it may hold is limited where it would grow.

/** Types of actions that one state may have. */
export const MOST_ACTIONS_OF_STATE = 500;
/** About how many bytes the evidence and the policies of one state may take, with their states and specs. */
export const MOST_BYTES_OF_STATE = 8_388_608;

/** What a state may grow by before it is measured: most are never that large, and cost nothing. */
const UNMEASURED_ACTIONS = 16;
const UNMEASURED_BYTES = 65_536;

const MOST_TALLIES = 1000;
const LONGEST_NAME = 200;

/** What this process has recorded of a state, counted or not, and what it may still add before the state is measured. */
interface Tally {
  /** Types of actions, each with the actions of it that came last and the length of their texts. */
  readonly known: Map<string, Map<string, number>>;
  knownBytes: number;
  roomForActions: number;
  roomForBytes: number;
}

/**
 * Refuses events that a state has no room for. A state is measured when this process has added half of what there was room for
 * when it was measured before, so several processes together may go somewhat beyond the limits.
 */
export class StateLimits {
  readonly #store: Store;
  readonly #tallies = new RecentMap<string, Tally>(MOST_TALLIES);

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * @returns undefined when nothing has to be measured
   * @throws {@link PolicyCacheError} LIMIT_REACHED, in the promise
   */
  check(entries: readonly OutcomeEntry[]): Promise<void> | undefined {
    const doubtful = entries.filter((entry) => !this.#fits(entry));
    return doubtful.length === 0 ? undefined : this.#measureAll(doubtful);
  }

  async #measureAll(entries: readonly OutcomeEntry[]): Promise<void> {
    for (const entry of entries) {
      if (!this.#fits(entry)) await this.#measure(entry);
    }
  }

  /** Whether an entry adds nothing, or there is room for what it adds: then it is taken. */
  #fits(entry: OutcomeEntry): boolean {
    const tally = this.#tallyOf(stateKey(entry.agentId, entry.stateFingerprint));
    const ofType = tally.known.get(entry.actionType);
    if (ofType?.has(nameOf(entry)) === true) return true;
    const addedActions = ofType === undefined ? 1 : 0;
    if (addedActions > tally.roomForActions || bytesOf(entry) > tally.roomForBytes) return false;
    take(tally, entry, addedActions);
    return true;
  }

  async #measure(entry: OutcomeEntry): Promise<void> {
    const { agentId, stateFingerprint, actionType } = entry;
    const state = stateKey(agentId, stateFingerprint);
    const size = await this.#store.run(measureState, { keys: { state } }, this.#store.shardOf(agentId));
    const tally = this.#tallyOf(state);
    const isThere = tally.known.has(actionType) || size.ids.includes(evidenceId(actionType));
    // What was recorded may be counted only later: it is not in the store then, and will be.
    const actions = Math.max(size.ids.filter(isEvidenceId).length, tally.known.size);
    const bytes = Math.max(size.bytes, tally.knownBytes);
    const added = isThere ? 0 : bytesOf(entry); // nothing, when it is an action that is there
    if ((!isThere && actions >= MOST_ACTIONS_OF_STATE) || bytes + added > MOST_BYTES_OF_STATE) {
      forget(tally); // the next event is judged by what is in the store: some of that may have been deleted
      throw limitError(entry, actions, bytes);
    }
    tally.roomForActions = Math.ceil((MOST_ACTIONS_OF_STATE - actions) / 2);
    tally.roomForBytes = Math.ceil((MOST_BYTES_OF_STATE - bytes) / 2);
    take(tally, entry, isThere ? 0 : 1);
  }

  #tallyOf(state: string): Tally {
    const before = this.#tallies.get(state);
    if (before !== undefined) return before;
    const tally = forget({ known: new Map(), knownBytes: 0, roomForActions: 0, roomForBytes: 0 });
    this.#tallies.set(state, tally);
    return tally;
  }
}

function take(tally: Tally, entry: OutcomeEntry, addedActions: number): void {
  const bytes = bytesOf(entry);
  const ofType = getOrCreate(tally.known, entry.actionType, () => new Map<string, number>());
  ofType.set(nameOf(entry), bytes);
  tally.knownBytes += bytes;
  tally.roomForActions -= addedActions;
  tally.roomForBytes -= bytes;
  if (ofType.size <= MOST_ACTIONS) return;
  for (const [oldest, itsBytes] of ofType) {
    ofType.delete(oldest);
    tally.knownBytes -= itsBytes;
    break;
  }
}

function forget(tally: Tally): Tally {
  tally.known.clear();
  tally.knownBytes = 0;
  tally.roomForActions = UNMEASURED_ACTIONS;
  tally.roomForBytes = UNMEASURED_BYTES;
  return tally;
}

/** Tells an action from the others of its type, in little memory. */
function nameOf({ actionSpec }: OutcomeEntry): string {
  return actionSpec.length <= LONGEST_NAME ? actionSpec : fingerprintOfCanonical(actionSpec);
}

/** What is stored for an action beside its figures. */
function bytesOf({ actionType, actionSpec, stateFeatures }: OutcomeEntry): number {
  return actionType.length + actionSpec.length + stateFeatures.length;
}

function limitError({ agentId, stateFingerprint }: OutcomeEntry, actions: number, bytes: number): PolicyCacheError {
  return new PolicyCacheError(
    "LIMIT_REACHED",
    `The state ${stateFingerprint} of agent ${JSON.stringify(agentId)} has no room for another action: it has ${actions} in about ${bytes} bytes, and may have ${MOST_ACTIONS_OF_STATE} in ${MOST_BYTES_OF_STATE}.`,
    { hint: "Put into the state what tells its actions apart, and keep large texts out of states and specs." },
  );
}
