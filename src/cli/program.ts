import { readFileSync } from "node:fs";
import { debuglog } from "node:util";
import { Command, CommanderError } from "commander";
import type { CliCommand } from "./command.js";
import { backupCommand } from "./commands/backup/backup.js";
import { decideCommand } from "./commands/decide/decide.js";
import { demoCommand } from "./commands/demo/demo.js";
import { doctorCommand } from "./commands/doctor/doctor.js";
import { evaluateCommand } from "./commands/evaluate/evaluate.js";
import { explainCommand } from "./commands/explain/explain.js";
import { learnCommand } from "./commands/learn/learn.js";
import { recordCommand } from "./commands/learn/record.js";
import { blockCommand, unblockCommand } from "./commands/policies/block.js";
import { blocksCommand } from "./commands/policies/blocks.js";
import { invalidateCommand } from "./commands/policies/invalidate.js";
import { policiesCommand } from "./commands/policies/policies.js";
import { restoreCommand } from "./commands/policies/restore.js";
import { retireCommand } from "./commands/policies/retire.js";
import { reportCommand } from "./commands/report/report.js";
import { rotateKeyCommand } from "./commands/report/rotate-key.js";
import { agentsCommand } from "./commands/stats/agents.js";
import { statesCommand } from "./commands/stats/states.js";
import { statsCommand } from "./commands/stats/stats.js";
import { valuesCommand } from "./commands/stats/values.js";
import { exportCommand } from "./commands/transfer/export.js";
import { importCommand } from "./commands/transfer/import.js";
import { migrateCommand } from "./commands/transfer/migrate.js";
import { verifyCommand } from "./commands/verify/verify.js";
import { completionCommand } from "./completion/completion.js";
import { Interruption } from "./input/interruption.js";
import { CliError, reportError } from "./output/cli-error.js";
import { oneLine } from "./output/format.js";
import { screenOf } from "./output/layout/screen.js";
import { show } from "./output/pager.js";
import { processTerminal } from "./output/terminal.js";

const COMMANDS: readonly CliCommand[] = [
  recordCommand,
  learnCommand,
  decideCommand,
  reportCommand,
  rotateKeyCommand,
  policiesCommand,
  explainCommand,
  agentsCommand,
  statesCommand,
  valuesCommand,
  statsCommand,
  doctorCommand,
  retireCommand,
  restoreCommand,
  blockCommand,
  unblockCommand,
  blocksCommand,
  invalidateCommand,
  evaluateCommand,
  backupCommand,
  exportCommand,
  importCommand,
  migrateCommand,
  verifyCommand,
  demoCommand,
  completionCommand,
];

/** Set NODE_DEBUG=policycache to see where a failure comes from. */
const debug = debuglog("policycache");

/**
 * Runs the command line.
 *
 * @param argv - what follows the program's name
 * @returns the exit code: 0, 1 for a failure, 2 for a wrong call, 130 or 143 after a signal
 */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // help or version was printed
    return fail(error, argv.includes("--json"));
  }
}

function buildProgram(onExitCode: (exitCode: number) => void): Command {
  const program = new Command("policycache")
    .description("Learned reflexes for agents: acts only when the evidence says so, and shows the evidence.")
    .option("-V, --version", "print the version")
    .on("option:version", () => {
      process.stdout.write(`${readVersion()}\n`);
      throw new CommanderError(0, "commander.version", "version");
    })
    .exitOverride()
    .configureOutput({ writeErr: () => undefined }); // what goes wrong is printed once, by `fail`
  for (const command of COMMANDS) register(program, command, onExitCode);
  return program;
}

function register(program: Command, command: CliCommand, onExitCode: (exitCode: number) => void): void {
  const parser = program.command(command.name).description(command.description);
  command.configure(parser);
  addCommonOptions(parser).action(async () => {
    const { json = false, wide = false, pager: isWanted, ...options } = parser.opts<CommonOptionValues>();
    const interruption = new Interruption(command.interruptible);
    try {
      const terminal = processTerminal(json, wide);
      const result = await command.run({
        arguments: parser.args,
        options,
        terminal,
        program,
        interruption: interruption.signal,
      });
      if (json) process.stdout.write(`${JSON.stringify(result.data)}\n`);
      else if (result.text !== "")
        await show(result.text, process.stdout, { isWanted, isWide: wide, env: process.env });
      onExitCode(interruption.exitCode ?? result.exitCode ?? 0);
    } finally {
      interruption.dispose();
    }
  });
}

interface CommonOptionValues {
  readonly json?: boolean;
  readonly wide?: boolean;
  /** False with `--no-pager`. */
  readonly pager: boolean;
}

function addCommonOptions(parser: Command): Command {
  return parser
    .option("--json", "print one JSON object instead of text")
    .option("--wide", "print lines as long as they are, however narrow the terminal is")
    .option("--no-pager", "print long text at once instead of page by page");
}

/** One line on stderr and, for a caller that reads JSON, one object on stdout. */
function fail(thrown: unknown, json: boolean): number {
  debug("%o", thrown);
  const { exitCode, error } = reportError(thrown instanceof CommanderError ? usageError(thrown) : thrown);
  const { bad } = screenOf(process.stderr, process.env, true);
  process.stderr.write(`${bad("policycache:")} ${oneLine(error.message)}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error })}\n`);
  return exitCode;
}

function usageError({ message }: CommanderError): CliError {
  return new CliError(
    "USAGE",
    `${oneLine(message.replace(/^error: /, "").replace(/\.$/, ""))}. See policycache --help.`,
  );
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return String(version);
}
