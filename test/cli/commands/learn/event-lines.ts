/** One line of an event file: a success of agent-1 in the one state of these tests, with what a test wants otherwise. */
export function eventLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    agentId: "agent-1",
    state: { task: "deploy", env: "staging" },
    action: { type: "run_playbook", spec: { playbook: "deploy.yml" } },
    outcome: "success",
    reward: 1,
    ts: 1_750_000_000,
    ...changes,
  });
}

/** Different lines of the same state and action. */
export function eventLines(count: number, changes: Readonly<Record<string, unknown>> = {}): string[] {
  return Array.from({ length: count }, (_, step) => eventLine({ step, ...changes }));
}

export function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
