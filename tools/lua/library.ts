import type { CompiledOperation, LuaLibrary } from "../../src/keyspace/redis/scripts/lua-library.js";
import type { Declaration } from "./declaration.js";
import { mapsIn } from "./output-maps.js";
import { accessOf, nameOf, OperationSources, type Sources } from "./sources.js";
import { compileModule } from "./stages/compile.js";
import { cut } from "./stages/cut.js";
import { flatten } from "./stages/flatten.js";
import { type Names, nameAll } from "./stages/name.js";
import { reach } from "./stages/reach.js";

/** All stages but the last: what the roots need, as Lua, and what each is called there. The first roots keep their names. */
export function compileLibrary(
  sources: Sources,
  roots: readonly Declaration[],
): { readonly library: LuaLibrary; readonly names: Names } {
  const reached = reach(sources, roots);
  const names = nameAll(new Set([...roots, ...reached.keys()]));
  return { library: cut(compileModule(flatten(reached, names), sources.program), reached, names), names };
}

export interface CompiledOperations {
  readonly library: LuaLibrary;
  readonly operations: Readonly<Record<string, CompiledOperation>>;
}

/** The operations in Lua, and the methods of the keyspace under their own names. */
export function compileOperations(): CompiledOperations {
  const sources = new OperationSources();
  const { library, names } = compileLibrary(sources, [...sources.methods.values(), ...sources.operations]);
  const operations = sources.operations.map((operation) => {
    const output = sources.checker.getTypeFromTypeNode(operation.type.typeArguments[1] as never);
    const mapsInOutput = mapsIn(output, sources.checker);
    return [
      nameOf(operation),
      { main: names.get(operation) ?? "", access: accessOf(operation), mapsInOutput },
    ] as const;
  });
  return { library, operations: Object.fromEntries(operations) };
}
