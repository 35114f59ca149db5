import { Argument } from "commander";
import { defineCommand } from "../command.js";
import { bashScript } from "./bash.js";
import { type DeclaredCommand, declaredCommands } from "./declared.js";
import { fishScript } from "./fish.js";
import { zshScript } from "./zsh.js";

const SHELLS: Readonly<Record<string, (commands: readonly DeclaredCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export const completionCommand = defineCommand({
  name: "completion",
  description: "print what lets a shell complete commands and options",
  configure: (command) => {
    command.addArgument(new Argument("<shell>", "whose script to print").choices(Object.keys(SHELLS)));
  },
  run: async ({ arguments: [shell = ""], program }) => {
    const script = SHELLS[shell]?.(declaredCommands(program)) ?? "";
    return { data: { shell, script }, text: script };
  },
});
