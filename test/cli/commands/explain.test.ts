import { describe, expect, it } from "vitest";
import { ONCE_GOOD, STAGING, useSampleStore } from "../sample-store.js";
import type { Decided } from "./decided.js";

const sample = useSampleStore();
const { succeed, read } = sample;

const decide = (state: string, ...more: readonly string[]) =>
  read<Decided>("decide", "--agent", "agent-1", "--state", state, ...more);

describe("policycache explain", () => {
  interface Explained {
    readonly decision: Decided;
    readonly evidence: readonly {
      readonly actionType: string;
      readonly passes: boolean;
      readonly events: readonly { readonly number: number }[];
    }[];
    readonly policies: readonly {
      readonly score: number;
      readonly contributions: Record<string, number>;
      readonly predictions: readonly object[];
      readonly related: readonly { readonly actionType: string; readonly weight: number }[];
    }[];
  }

  it("shows all that is behind an answer: evidence, parts, predictions, uses and related policies", async () => {
    const first = await decide(ONCE_GOOD);
    await succeed("report", first.decisionId, "--outcome", "success", "--reward", "1");
    const second = await decide(STAGING, "--context", first.decisionId);
    await succeed("report", second.decisionId, "--outcome", "success", "--reward", "1");
    const explained = await read<Explained>("explain", "--agent", "agent-1", "--state", STAGING);
    expect(explained.decision.kind).toBe("serve");
    expect(explained.evidence.map(({ actionType, passes }) => [actionType, passes])).toEqual([
      ["run_playbook", true],
      ["ask", false],
    ]);
    const [policy] = explained.policies;
    const sum = Object.values(policy?.contributions ?? {}).reduce((total, part) => total + part, 0);
    expect(Math.abs(sum - (policy?.score ?? 0))).toBeLessThan(1e-12);
    expect(policy?.related).toMatchObject([{ identity: { actionType: "restart" }, weight: 0.05 }]);
    expect(policy?.predictions.length).toBeGreaterThan(0);

    const text = await succeed("explain", "--agent", "agent-1", "--state", STAGING, "--all");
    const pattern = [
      "agent +agent-1",
      "state +86e6b7501eb99c29",
      'features +\\{"env":"staging","task":"deploy"\\}',
      "answer +serve {2}run_playbook",
      "because +\\d+ of \\d+ outcomes were successes",
      "Evidence, nearest to passing first",
      "action +successes +trials +Q +bound +threshold +passes +missing +first seen +last seen",
      "run_playbook +\\d+ +\\d+ +\\d\\.\\d{3} +0\\.\\d{3} +0\\.600 +yes +- +2025-06-15T15:06:40Z",
      "ask +1 +3 +(?:-|\\d\\.\\d{3}) +0\\.061 +0\\.600 +no +\\d+ successes in a row",
      "Policy 1: run_playbook {2}",
      "expectedValue +\\d\\.\\d{3} +0\\.6 +\\d\\.\\d{3}",
      "confidence +\\d\\.\\d{3} +0\\.2 +\\d\\.\\d{3}",
      "score +\\d\\.\\d{3}",
      "Q-value +0\\.\\d{3}",
      "uses +\\d+, last 20\\d\\d-",
      "predictions, oldest first",
      "predicted +observed +error +reported",
      "succeeded in the same tasks, strongest first",
      "0\\.050 +restart +[0-9a-f]{16}",
      "Outcomes of run_playbook, the last \\d+ of \\d+, oldest first",
      "# +at +outcome +reward +Q +in force +Wilson +anytime +then",
      "6 +2025-06-15T15:06:40Z +success, recorded +1\\.000 +0\\.610 +6 of 6 +0\\.610 +0\\.541 +became a policy",
      "9 +20\\d\\d-\\S+ +success, reported +1\\.000 +0\\.\\d{3} +9 of 9",
      "Outcomes of ask, the last 3 of 3, oldest first",
    ];
    expect(text).toMatch(new RegExp(pattern.join("[^]*\\n *"), ""));
  });

  it("is brief unless asked for all, and says what it leaves out", async () => {
    const text = await succeed("explain", "--agent", "agent-2", "--state", STAGING);
    expect(text).toMatch(/Policy 1: run_playbook/);
    expect(text).not.toContain("Outcomes of");
    expect(text).toMatch(/\n\n--all also shows: 6 outcomes\n$/);
    const all = await succeed("explain", "--agent", "agent-2", "--state", STAGING, "--all");
    expect(all).toContain("Outcomes of run_playbook, the last 6 of 6");
    expect(all).not.toContain("--all");
  });

  it("shows as many of the last outcomes as are asked for, and says what became of the policy", async () => {
    const place = ["--agent", "agent-1", "--state", ONCE_GOOD];
    const { evidence } = await read<Explained>("explain", ...place, "--events", "2");
    const [last] = evidence[0]?.events.slice(-1) ?? [];
    expect(evidence[0]?.events.map(({ number }) => number)).toEqual([(last?.number ?? 0) - 1, last?.number]);
    await succeed("retire", ...place, "--action", "restart", "--reason", "moving \u202ehosts");
    const retired = await succeed("explain", ...place, "--events", "1");
    expect(retired).toMatch(/retired +20\d\d-\S+Z, moving \\u202ehosts/);
    expect(retired).toMatch(/after 6, \S+: became a policy\n +# +at/);
    expect(retired).toMatch(/ed +\d.* retired: moving \\u202ehosts\n$/);
    await succeed("restore", ...place, "--action", "restart");
    const none = await succeed("explain", ...place, "--events", "0");
    expect(none).toMatch(/the last 0 of \d+\n {2}after 6, .*\n {2}after \d+, .*: retired: .*\n.*: back in service\n$/);
    for (const events of ["-1", "1001", "1.5", "many"]) {
      const { exitCode, stderr } = await sample.run("explain", ...place, "--events", events);
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain(`--events is "${events}", expected an integer from 0 to 1000`);
    }
  });

  it("says so when nothing is known", async () => {
    const text = await succeed("explain", "--agent", "agent-1", "--state", "{}");
    expect(text).toMatch(
      /answer +abstain\n.*No outcome was ever recorded.*\nrules +.*\n\nNo action was ever recorded in this state\.\n$/,
    );
  });
});
