import type { Declaration } from "../declaration.js";
import { fileOf } from "../sources.js";

/** What each declaration is called in Lua. */
export type Names = ReadonlyMap<Declaration, string>;

/** Second stage: different files may use one name for different things: the later ones get the name of their file added. */
export function nameAll(declarations: Iterable<Declaration>): Names {
  const names = new Map<Declaration, string>();
  const taken = new Set<string>();
  for (const declaration of declarations) {
    const name = declaration.name.text;
    const unique = taken.has(name) ? `${name}In${pascalCase(fileOf(declaration))}` : name;
    if (taken.has(unique)) throw new Error(`Two declarations would be called ${unique} in Lua: rename one.`);
    taken.add(unique);
    names.set(declaration, unique);
  }
  return names;
}

function pascalCase(file: string): string {
  const name = file.replace(/^.*\//, "").replace(/\.ts$/, "");
  return name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
