import { parseArgs } from "node:util";

/** What the command line of a script may say besides `--json` and `--help`. */
export interface OptionNames<NumberName extends string, TextName extends string, FlagName extends string> {
  readonly numbers?: readonly NumberName[];
  readonly texts?: readonly TextName[];
  readonly flags?: readonly FlagName[];
}

export type OptionValues<NumberName extends string, TextName extends string, FlagName extends string> = {
  readonly [Name in NumberName]: number | undefined;
} & { readonly [Name in TextName]: string | undefined } & { readonly [Name in FlagName | "json"]: boolean };

/** Reads the command line. Asked for help, or given what it does not know, it prints the usage and ends the process. */
export function readOptions<NumberName extends string, TextName extends string, FlagName extends string>(
  usage: string,
  names: OptionNames<NumberName, TextName, FlagName>,
): OptionValues<NumberName, TextName, FlagName> {
  const { numbers = [], texts = [], flags = [] } = names;
  const allFlags = [...flags, "json", "help"];
  try {
    const parsed = parseArgs({
      options: Object.fromEntries([
        ...[...numbers, ...texts].map((name) => [name, { type: "string" }] as const),
        ...allFlags.map((name) => [name, { type: "boolean", default: false }] as const),
      ]),
    });
    const values: Readonly<Record<string, unknown>> = parsed.values;
    if (values.help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const numeric = numbers.map((name) => [
      name,
      values[name] === undefined ? undefined : toNumber(name, values[name]),
    ]);
    return { ...values, ...Object.fromEntries(numeric) } as OptionValues<NumberName, TextName, FlagName>;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

/** `1000,10000` */
export function toNumbers(text: string): readonly number[] {
  return text.split(",").map((part) => toNumber("a list", part));
}

function toNumber(name: string, text: unknown): number {
  const number = Number(text);
  if (text === "" || !Number.isFinite(number)) throw new Error(`--${name} is ${text}, expected a number.`);
  return number;
}
