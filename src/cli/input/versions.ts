import type { Command } from "commander";
import type { Versions } from "../../cache/events/outcome-event.js";
import { InvalidArgumentError } from "../../common/errors.js";

const NAME = "--depends-on";

export interface VersionOptionValue {
  readonly dependsOn?: readonly string[];
}

export function addVersionsOption(command: Command, description: string): Command {
  return command.option(`${NAME} <name=version...>`, description);
}

/** The versions that were given, as the library takes them. */
export function dependenciesOf({ dependsOn }: VersionOptionValue): { readonly dependsOn?: Versions } {
  if (dependsOn === undefined) return {};
  const versions = dependsOn.map((pair) => {
    const [, name, version] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || version === undefined) {
      throw new InvalidArgumentError(NAME, pair, "a name and a version, such as playbook=3");
    }
    return [name, version];
  });
  return { dependsOn: Object.fromEntries(versions) };
}
