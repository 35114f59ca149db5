import { join } from "node:path";
import { expect, it } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { jsonOf, runCli } from "../run-cli.js";
import { STAGING } from "../sample-store.js";
import { eventLines, joined } from "./learn/event-lines.js";

/** A store that a program with an error budget of 0.1 uses: six successes are enough for a policy, not for the budget. */
async function storeOfProgram(folder: string): Promise<void> {
  await runCli(["learn", "-"], { folder, input: joined(eventLines(6)) });
  const defaults = { errorBudget: 0.1, minEvents: 4 };
  const program = await PolicyCache.open(join(folder, "policies.db"), {
    defaults,
    actions: { wipe: { errorBudget: 0.01 } },
    workers: "none",
  });
  await program.close();
}

const RULES = "error budget 0.1 at confidence 0.95 with at least 4 events, stricter for wipe";
const PLACE = ["--agent", "agent-1", "--state", STAGING];

it("the rules of the program that uses a store are those of the command line, which names them", async () => {
  const folder = temporaryFolder();
  await storeOfProgram(folder);
  for (const call of [["policies"], ["states"], ["values"], ["stats"], ["explain", ...PLACE]]) {
    const { stdout } = await runCli(call, { folder });
    expect(stdout).toMatch(new RegExp(`rules +${RULES}, of the program that uses the store\\n`));
    const data = jsonOf<object>(await runCli([...call, "--json"], { folder }));
    expect(data).toMatchObject({
      rules: { errorBudget: 0.1, minEvents: 4, actions: { wipe: { errorBudget: 0.01 } }, from: "store" },
    });
  }
  expect((await runCli(["policies"], { folder })).stdout).toMatch(/0\.\d{3} +no +run_playbook/);
  expect(jsonOf<object>(await runCli(["decide", ...PLACE, "--json"], { folder }))).toMatchObject({ kind: "suggest" });
});

it("rules that are given go before them, for this call alone where it only looks", async () => {
  const folder = temporaryFolder();
  await storeOfProgram(folder);
  const given = await runCli(["policies", "--budget", "0.6", "--min-events", "3"], { folder });
  expect(given.stdout).toMatch(
    /rules +error budget 0\.6 .* with at least 3 events, stricter for wipe, as given here\n/,
  );
  const explained = await runCli(["explain", ...PLACE, "--budget", "0.6", "--json"], { folder });
  expect(jsonOf<object>(explained)).toMatchObject({ rules: { errorBudget: 0.6, from: "call" } });
  await runCli(["block", ...PLACE, "--action", "ask", "--reason", "none"], { folder });
  expect((await runCli(["policies"], { folder })).stdout).toContain(RULES);
  await runCli(["learn", "-", "--min-events", "5"], { folder });
  expect((await runCli(["policies"], { folder })).stdout).toContain(RULES.replace("4 events", "5 events"));
});
