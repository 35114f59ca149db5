// How the input of an operation travels to its script, derived from its type.

import ts from "typescript";

/** Type of what all calls have in common: part of the text of a script. */
const CONSTANT_TYPE = "Constant<";

/** The parts in the order in which they are sent. */
export function partsOf(shape, path = []) {
  if (shape.kind !== "object") return shape.kind === "constant" ? [] : [{ path, kind: shape.kind }];
  return Object.entries(shape.members).flatMap(([name, member]) => partsOf(member, [...path, name]));
}

/** Names of the members that are part of the text of the script. */
export function constantsOf({ members = {} }) {
  return Object.keys(members).filter((name) => members[name].kind === "constant");
}

/**
 * How a type travels: an object as its members, a key by its position, plain values as texts, the rest as JSON. Optional
 * objects, which would leave their members without a place, are JSON too.
 *
 * @param path - names of the members that lead to it
 */
export function shapeOf(type, checker, isOptional = false, path = []) {
  const plain = checker.getNonNullableType(type);
  const is = (flags) => (plain.isUnion() ? plain.types : [plain]).every((member) => (member.flags & flags) !== 0);
  if (path.at(-1) === "payload" || path.at(-1) === "payloads") return { kind: path.at(-1) };
  if (path.at(-2) === "keys" && checker.isArrayType(plain)) return { kind: "keys" };
  if (is(ts.TypeFlags.StringLike)) {
    if (path.at(-2) === "keys") return { kind: isOptional ? "optionalKey" : "key" };
    return { kind: isOptional ? "optionalText" : "text" };
  }
  if (is(ts.TypeFlags.NumberLike)) return { kind: "number" };
  if (is(ts.TypeFlags.BooleanLike) && !isOptional) return { kind: "boolean" };
  if (!is(ts.TypeFlags.Object) && !plain.isIntersection()) return { kind: "wrappedJson" };
  if (plain.isUnion() || isOpen(plain, checker) || isOptional) return { kind: isOptional ? "optionalJson" : "json" };
  const members = {};
  for (const member of checker.getPropertiesOfType(plain)) {
    members[member.name] = shapeOfMember(member, checker, [...path, member.name]);
  }
  return { kind: "object", members };
}

function shapeOfMember(member, checker, path) {
  const type = checker.getTypeOfSymbol(member);
  if (member.declarations[0].type?.getText().startsWith(CONSTANT_TYPE)) return shapeOfConstant(type, checker, path);
  const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0 || checker.getNonNullableType(type) !== type;
  return shapeOf(type, checker, isOptional, path);
}

/** A constant travels in the text of the script, member for member. */
function shapeOfConstant(type, checker, path) {
  const isTable = ({ flags }) => (flags & ts.TypeFlags.Object) !== 0;
  if (!isTable(type)) return { kind: "constant", path, isScalar: !(type.isUnion() && type.types.some(isTable)) };
  if (isOpen(type, checker)) return { kind: "constant", path };
  const members = {};
  for (const member of checker.getPropertiesOfType(type)) {
    members[member.name] = shapeOfConstant(checker.getTypeOfSymbol(member), checker, [...path, member.name]);
  }
  return { kind: "constant", path, members };
}

/** Whether it has members of any number or name. */
function isOpen(type, checker) {
  return checker.isArrayType(type) || checker.isTupleType(type) || type.getStringIndexType() !== undefined;
}
