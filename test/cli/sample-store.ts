import { afterAll, beforeAll, expect } from "vitest";
import { createTemporaryFolder, removeFolder } from "../support/temporary-folder.js";
import { eventLine, eventLines, joined } from "./commands/learn/event-lines.js";
import { type CliRun, runCli } from "./run-cli.js";

export const STAGING = '{"env":"staging","task":"deploy"}';
/** Of {@link STAGING}. */
export const STAGING_FINGERPRINT = "86e6b7501eb99c29";
export const PRODUCTION = '{"task":"deploy","env":"production"}';
export const ONCE_GOOD = '{"task":"deploy","env":"test"}';

/**
 * What two agents went through. In staging a playbook of agent-1 and of agent-2 passes and asking does not; in
 * production agent-1 has too little evidence; in test its restarts were good and are not any more.
 */
export const HISTORY = joined([
  ...eventLines(8, { episodeId: "e-1" }),
  ...eventLines(2, { action: { type: "ask" }, outcome: "failure" }),
  eventLine({ action: { type: "ask" } }),
  ...eventLines(3, { state: JSON.parse(PRODUCTION), episodeId: "e-2" }),
  ...eventLines(6, { state: JSON.parse(ONCE_GOOD), action: { type: "restart" } }),
  ...eventLines(6, { state: JSON.parse(ONCE_GOOD), action: { type: "restart" }, outcome: "failure" }),
  ...eventLines(6, { agentId: "agent-2" }),
]);

export interface SampleStore {
  readonly folder: string;
  /** How the store was filled. */
  readonly learned: CliRun;
  /** Runs a command in the folder, where the store is the default one. */
  run(...parameters: readonly string[]): Promise<CliRun>;
  /** As `run`, for a command that must succeed without a word on stderr. @returns its stdout */
  succeed(...parameters: readonly string[]): Promise<string>;
  /** As `succeed` with `--json`. */
  read<Shape>(...parameters: readonly string[]): Promise<Shape>;
}

/** Learns {@link HISTORY} into the default store of a fresh folder, once for a test file. */
export function useSampleStore(): SampleStore {
  let folder = "";
  let learned: CliRun = { exitCode: null, stdout: "", stderr: "" };
  beforeAll(async () => {
    folder = createTemporaryFolder();
    learned = await runCli(["learn", "-"], { folder, input: HISTORY });
  }, 60_000);
  afterAll(() => removeFolder(folder));

  const run = (...parameters: readonly string[]) => runCli(parameters, { folder });
  const succeed = async (...parameters: readonly string[]) => {
    const { exitCode, stdout, stderr } = await run(...parameters);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return stdout;
  };
  return {
    get folder() {
      return folder;
    },
    get learned() {
      return learned;
    },
    run,
    succeed,
    read: async <Shape>(...parameters: readonly string[]) =>
      JSON.parse(await succeed(...parameters, "--json")) as Shape,
  };
}
