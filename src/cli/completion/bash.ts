import type { DeclaredCommand, DeclaredOption } from "./declared.js";

/** Where nothing is known, bash completes names of files. */
export function bashScript(commands: readonly DeclaredCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completion for policycache
_policycache() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [ "$cur" = "=" ]; then cur=""; elif [ "$prev" = "=" ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names}" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]} $prev" in
${commands.flatMap(({ name, options }) => options.flatMap((option) => valueCase(name, option))).join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${commands.map(commandCase).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _policycache policycache`;
}

function valueCase(command: string, { names, value }: DeclaredOption): readonly string[] {
  if (value === undefined) return [];
  const pattern = names.map((name) => `"${command} ${name}"`).join("|");
  if (typeof value === "string") return [`    ${pattern}) return ;;`];
  return [`    ${pattern}) COMPREPLY=($(compgen -W "${value.words.join(" ")}" -- "$cur")); return ;;`];
}

function commandCase({ name, options, argument }: DeclaredCommand): string {
  const flags = options.flatMap(({ names }) => names).join(" ");
  const words = typeof argument === "object" ? argument.words.join(" ") : "";
  return `    ${name}) case "$cur" in -*) words="${flags}" ;; *) words="${words}" ;; esac ;;`;
}
