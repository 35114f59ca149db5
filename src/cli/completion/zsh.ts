import type { DeclaredCommand, DeclaredOption, Value } from "./declared.js";

/** Works as a file `_policycache` of the `fpath`, and when it is evaluated. */
export function zshScript(commands: readonly DeclaredCommand[]): string {
  return `#compdef policycache
_policycache() {
  local -a commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}
if [ "$funcstack[1]" = "_policycache" ]; then _policycache "$@"; else compdef _policycache policycache; fi`;
}

function commandCase({ name, options, argument }: DeclaredCommand): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(argument === undefined ? [] : [quoted(`*:argument:${actionOf(argument)}`)]),
  ];
  return `    ${name}) _arguments \\\n${specs.map((spec) => `      ${spec}`).join(" \\\n")} ;;`;
}

function optionSpecs({ names, description, value, valueName }: DeclaredOption): readonly string[] {
  const text = description.replace(/[[\]\\]/g, "\\$&");
  const action = value === undefined ? "" : `:${valueName}:${actionOf(value)}`;
  return names.map((name) => quoted(`*${name}[${text}]${action}`));
}

function actionOf(value: Value): string {
  if (value === "file") return "_files";
  return value === "text" ? " " : `(${value.words.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
