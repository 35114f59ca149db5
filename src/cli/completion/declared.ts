import type { Argument, Command, Option } from "commander";
import { choicesOf } from "../input/options.js";

// What shells complete is read from what the commands declare: there is no second list.

/** What may follow an option, or stand as an argument: one of some words, a file, or what nobody can guess. */
export type Value = { readonly words: readonly string[] } | "file" | "text";

export interface DeclaredOption {
  /** With their dashes. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for a switch. */
  readonly value: Value | undefined;
  /** How help calls the value. */
  readonly valueName: string;
}

export interface DeclaredCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly DeclaredOption[];
  /** Of its arguments: what the last one is, which may be repeated. */
  readonly argument: Value | undefined;
}

/** Every command of the program, as it was declared. */
export function declaredCommands(program: Command): readonly DeclaredCommand[] {
  const help = program.createHelp();
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(declaredOption),
    argument: argumentOf(command.registeredArguments.at(-1)),
  }));
}

function declaredOption(option: Option): DeclaredOption {
  const { short, long, description } = option;
  const valueName = /[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? "";
  const words = choicesOf(option.parseArg);
  return {
    names: [short, long].filter((name) => name !== undefined),
    description,
    value: valueName === "" ? undefined : words === undefined ? kindOf(valueName) : { words },
    valueName,
  };
}

function argumentOf(argument: Argument | undefined): Value | undefined {
  if (argument === undefined) return undefined;
  return argument.argChoices === undefined ? kindOf(argument.name()) : { words: argument.argChoices };
}

/** How values that are files are called. */
function kindOf(name: string): Value {
  return /^(location|file|store)$|\./.test(name) ? "file" : "text";
}
