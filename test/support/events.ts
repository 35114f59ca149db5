import { DecisionIds } from "../../src/cache/deciding/ids/decision-ids.js";
import type { DecisionRecord } from "../../src/cache/deciding/ids/decision-record.js";
import type { OutcomeEvent, OutcomeName } from "../../src/cache/events/outcome-event.js";
import type { JsonObject } from "../../src/maths/json/json-value.js";
import type { Store } from "../../src/store/store.js";

export const DEPLOY: JsonObject = { task: "deploy", env: "staging" };
/** Of {@link DEPLOY}. */
export const DEPLOY_FINGERPRINT = "86e6b7501eb99c29";

/** What a served decision of agent-1 in {@link DEPLOY} remembers, with whatever a test wants to be otherwise. */
export function decisionRecord(changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    kind: "serve",
    agentId: "agent-1",
    stateFingerprint: DEPLOY_FINGERPRINT,
    actionType: "run_playbook",
    actionNumbers: [0],
    decidedAtSeconds: 0,
    isOpen: false,
    qValue: 0,
    context: [],
    propensity: 1,
    errorBudget: undefined,
    episodeId: "",
    stateFeatures: "",
    actionSpec: "",
    params: "",
    ...changes,
  };
}

/** An id of a store for a decision that it never made. */
export async function idFor(store: Store, record: DecisionRecord): Promise<string> {
  return (await DecisionIds.open(store)).idOf(record);
}

/** One outcome of agent-1 running a playbook in {@link DEPLOY}, with whatever a test wants to be otherwise. */
export function outcome(outcome: OutcomeName, changes: Partial<OutcomeEvent> = {}): OutcomeEvent {
  return {
    agentId: "agent-1",
    state: DEPLOY,
    action: { type: "run_playbook", spec: { playbook: "deploy.yml" } },
    outcome,
    ...changes,
  };
}

/** An event of a file that says more of it than we ask for. */
export function parseEvent(line: string): OutcomeEvent {
  const { stepStatus, ...event } = JSON.parse(line) as OutcomeEvent & { readonly stepStatus?: string };
  return event;
}

export function successes(count: number, changes: Partial<OutcomeEvent> = {}): OutcomeEvent[] {
  return Array.from({ length: count }, () => outcome("success", changes));
}

export function failures(count: number, changes: Partial<OutcomeEvent> = {}): OutcomeEvent[] {
  return Array.from({ length: count }, () => outcome("failure", changes));
}
