import type { OutcomeEvent } from "../library.js";

// Events of an invented fleet of agents. Every state is distinct and has one action, as in a store that has learned
// many narrow situations.

const TASKS = ["deploy", "restart", "triage", "refund", "rebook", "index", "migrate", "notify"];
const ENVIRONMENTS = ["production", "staging", "testing"];
const ACTIONS = ["run_playbook", "call_tool", "ask_user", "escalate", "retry", "answer"];
const STATES_PER_AGENT = 1000;

export type SampleEvent = OutcomeEvent & { readonly agentId: string };

/** The agents of the first `pairs` pairs. */
export function sampleAgents(pairs: number): readonly string[] {
  return Array.from({ length: Math.ceil(pairs / STATES_PER_AGENT) }, (_, index) => `agent-${index}`);
}

/** An outcome of the `index`-th (state, action) pair. */
export function sampleEvent(index: number, extras: Partial<OutcomeEvent> = {}): SampleEvent {
  return {
    state: {
      task: cyclic(TASKS, index),
      environment: cyclic(ENVIRONMENTS, index),
      service: `service-${index % STATES_PER_AGENT}`,
      urgent: index % 2 === 0,
    },
    action: { type: cyclic(ACTIONS, index), spec: { playbook: `playbook-${index % 40}.yml`, attempts: 3 } },
    outcome: "success",
    reward: 1,
    ...extras,
    agentId: `agent-${Math.floor(index / STATES_PER_AGENT)}`,
  };
}

function cyclic(values: readonly string[], index: number): string {
  return values[index % values.length] ?? "";
}
