import type { DeclaredCommand, DeclaredOption, Value } from "./declared.js";

export function fishScript(commands: readonly DeclaredCommand[]): string {
  return ["# fish completion for policycache", "complete -c policycache -f", ...commands.flatMap(commandLines)].join(
    "\n",
  );
}

function commandLines({ name, description, options, argument }: DeclaredCommand): readonly string[] {
  const within = `complete -c policycache -n '__fish_seen_subcommand_from ${name}'`;
  return [
    `complete -c policycache -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...(argument === undefined || argument === "text" ? [] : [`${within} ${argumentFlags(argument)}`]),
    ...options.map((option) => `${within} ${optionFlags(option)}`),
  ];
}

function argumentFlags(value: Value): string {
  return typeof value === "object" ? `-a ${quoted(value.words.join(" "))}` : "-F";
}

function optionFlags({ names, description, value }: DeclaredOption): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const taken = value === undefined ? [] : [value === "file" ? "-r -F" : "-x", ...wordFlags(value)];
  return [...flags, ...taken, "-d", quoted(description)].join(" ");
}

function wordFlags(value: Value): readonly string[] {
  return typeof value === "object" ? [`-a ${quoted(value.words.join(" "))}`] : [];
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
