import ts from "typescript";

/** Deeper than any output is. Types may contain themselves. */
const DEEPEST = 6;

/** Where an output may hold an empty map, which MessagePack made in Lua cannot tell from an empty list. */
export function mapsIn(type: ts.Type, checker: ts.TypeChecker, path = "", depth = 0): readonly string[] {
  if (type.isUnion()) return [...new Set(type.types.flatMap((member) => mapsIn(member, checker, path, depth)))];
  if ((type.flags & ts.TypeFlags.Object) === 0 || depth > DEEPEST) return [];
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    const items = checker.getTypeArguments(type as ts.TypeReference);
    return items.flatMap((item) => mapsIn(item, checker, `${path}*.`, depth + 1));
  }
  const maps = type.getStringIndexType() === undefined ? [] : [path];
  for (const property of type.getProperties()) {
    maps.push(...mapsIn(checker.getTypeOfSymbol(property), checker, `${path}${property.name}.`, depth + 1));
  }
  return maps;
}
