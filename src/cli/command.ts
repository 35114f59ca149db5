import type { Command } from "commander";
import type { Terminal } from "./output/terminal.js";

/**
 * The shape of every command of the program. One command is one file in `commands/` that exports one value made by
 * {@link defineCommand}, and one line in `program.ts`:
 *
 * ```ts
 * export const demoCommand = defineCommand<{ seed: number }>({
 *   name: "demo",
 *   description: "Learn something on this machine",
 *   configure: (command) =>
 *     command.option("--seed <n>", "order of the events", integerOption("--seed", { min: 0 }), 1),
 *   run: async ({ options, terminal, interruption }) => {
 *     terminal.say("live text on stdout; dropped with --json");
 *     const progress = terminal.progress({ label: "measuring", total: 300 }); // on stderr, only on a terminal
 *     for (let done = 1; done <= 300 && !interruption.aborted; done += 1) progress.update(done);
 *     progress.stop();
 *     return { data: { seed: options.seed, right: 0.9 }, text: "the human summary, lines joined by \n" };
 *   },
 * });
 * ```
 *
 * - The program adds `--json` to every command, prints `data` as the one JSON object or else `text`, turns what `run`
 *   throws into one line on stderr, and sets the exit code. A command never writes to `process.stdout` or
 *   `process.stderr`, never calls `process.exit`, and closes what it opened also when it throws.
 * - Refuse a value with `InvalidArgumentError` (exit 2) or `CliError`; library errors may simply pass through.
 * - Parsers for option values are in `options.ts`, tables in `layout/table.ts`, texts in `format.ts`, opening a store
 *   in `open-cache.ts`.
 */
export interface CliCommand {
  readonly name: string;
  readonly description: string;
  /** Declares arguments and options; `--json` is added by the program. */
  readonly configure: (command: Command) => unknown;
  /**
   * Whether the first SIGINT or SIGTERM aborts `interruption` and leaves the command to finish early; the program then
   * prints its result and exits with 130 or 143. Otherwise, and at the second signal, the process just ends.
   */
  readonly interruptible: boolean;
  readonly run: (call: CommandCall<unknown>) => Promise<CommandResult>;
}

export interface CommandCall<Options> {
  /** Positional arguments in order; those of a variadic argument one by one. */
  readonly arguments: readonly string[];
  /** The options as `configure` declared them, under commander's camelCase names. */
  readonly options: Options;
  readonly terminal: Terminal;
  /** The program with all its commands, as they are declared. */
  readonly program: Command;
  readonly interruption: AbortSignal;
}

export interface CommandResult {
  /** With `--json` all of stdout. Anything `JSON.stringify` takes; keys with units in their names. */
  readonly data: object;
  /** What a person reads instead; without a line break at the end. "" prints nothing. */
  readonly text: string;
  /** For a result that is no success although nothing went wrong. Default 0. */
  readonly exitCode?: number;
}

export interface CommandDefinition<Options> {
  readonly name: string;
  readonly description: string;
  readonly configure: (command: Command) => unknown;
  /** Default false. */
  readonly interruptible?: boolean;
  readonly run: (call: CommandCall<Options>) => Promise<CommandResult>;
}

/** @typeParam Options - the values that the parsers and defaults in `configure` produce */
export function defineCommand<Options>(definition: CommandDefinition<Options>): CliCommand {
  const { run, interruptible = false, ...rest } = definition;
  return { ...rest, interruptible, run: (call) => run({ ...call, options: call.options as Options }) };
}
