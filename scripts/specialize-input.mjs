// Takes an operation's input apart: its parts reach the script as arguments of their own, and the script says where it
// used the input which of them it means. Tables that would only carry them never exist.

import * as lua from "typescript-to-lua";
import { childrenOf, copy } from "./inline-functions.mjs";

/** Members of the input that all calls have in common are under this name in the text of a script. */
const CONSTANTS = "CONSTANTS";

/** Arguments before the first part of the input, counted from 1: the prefix of all keys. */
const ARGUMENTS_BEFORE = 1;

/**
 * Puts the parts of the input in place of the input.
 *
 * @param statements - of the operation, changed in place
 * @param parameters - names of the keyspace and of the input
 * @param shape - of the input, as input-shape.mjs describes it
 * @param keyStride - by how much the positions of two keys differ
 * @returns the statements, behind those that read the parts they use
 */
export function specialize(statements, [keyspace, input], shape, keyStride) {
  const pass = new Pass();
  placeParts(shape, keyStride);
  const names = new Map([
    [keyspace, { literal: lua.createNilLiteral() }],
    [input, { shape }],
  ]);
  const body = pass.block(statements, names);
  return [...pass.declarations(), ...body];
}

/** Notes at each part which argument it is; a key that is always there has a fixed position among the keys instead. */
function placeParts(shape, keyStride) {
  let [argument, key] = [ARGUMENTS_BEFORE, 0];
  const visit = (part) => {
    if (part.kind === "object") for (const member of Object.values(part.members)) visit(member);
    else if (part.kind === "key") part.position = ++key * keyStride;
    else if (part.kind !== "constant") part.position = ++argument;
  };
  visit(shape);
}

class Pass {
  /** Positions of the arguments that are used, with the kind of each. */
  #used = new Map();
  /** Variables that members of tables have become. */
  #apart = 0;
  /** Loops around what is looked at. */
  #loops = 0;
  /** Tables that a loop would make anew each time, by their names. */
  #beforeLoop = new Map();

  declarations() {
    const sorted = [...this.#used].sort(([left], [right]) => left - right);
    return sorted.map(([position, kind]) =>
      lua.createVariableDeclarationStatement(lua.createIdentifier(nameOf(position)), readerOf(position, kind)),
    );
  }

  /** @param outer - what names stand for: parts of the input, or literals */
  block(statements, outer) {
    const names = new Map(outer);
    const kept = [];
    const joined = joinDeclarations(statements);
    for (const [index, statement] of joined.entries()) {
      if (lua.isVariableDeclarationStatement(statement)) {
        kept.push(...this.#declaration(statement, names, joined.slice(index + 1)));
      } else if (isLoop(statement)) kept.push(...this.#loop(statement, names));
      else {
        this.#statement(statement, names);
        kept.push(statement);
      }
    }
    return kept;
  }

  #loop(statement, names) {
    this.#loops += 1;
    this.#statement(statement, names);
    this.#loops -= 1;
    if (this.#loops > 0) return [statement];
    const made = [...this.#beforeLoop].map(([name, text]) =>
      lua.createVariableDeclarationStatement(lua.createIdentifier(name), lua.createIdentifier(text)),
    );
    this.#beforeLoop.clear();
    return [...made, statement];
  }

  #declaration(statement, names, later) {
    const values = statement.right ?? [];
    const apart = this.#takenApart(statement, names, later);
    if (apart !== undefined) return apart;
    if (values.length > 0 && values.length !== statement.left.length) {
      this.#expressions(statement, names);
      for (const { text } of statement.left) names.delete(text);
      return [statement];
    }
    const meanings = values.map((value) => this.#meaningOf(value, names));
    const replaced = values.map((value, index) => meanings[index] ?? this.#expression(value, names));
    const [left, right] = [[], []];
    for (const [index, identifier] of statement.left.entries()) {
      const meaning = meanings[index];
      if (meaning !== undefined && !isAssigned(identifier.text, later)) {
        names.set(identifier.text, meaning);
        continue;
      }
      names.delete(identifier.text);
      left.push(identifier);
      if (values.length > 0) right.push(meaning === undefined ? replaced[index] : this.#written(meaning));
    }
    return left.length === 0 ? [] : [{ ...statement, left, right: values.length > 0 ? right : undefined }];
  }

  /** `local a = {x = 1}` of which only members are read is a variable for each member. */
  #takenApart({ left, right = [] }, names, later) {
    const [[identifier], [value]] = [left, right];
    const table = value !== undefined && lua.isParenthesizedExpression(value) ? value.expression : value;
    if (left.length !== 1 || table === undefined || !lua.isTableExpression(table)) return undefined;
    const fields = table.fields.map(({ key, value: member }) => [key?.value, member]);
    const members = new Map();
    if (fields.length === 0 || !fields.every(([name]) => typeof name === "string" && /^\w+$/.test(name)))
      return undefined;
    if (!isOnlyRead(identifier.text, new Set(fields.map(([name]) => name)), later)) return undefined;
    const declarations = [];
    for (const [name, member] of fields) {
      const variable = lua.createIdentifier(`____${identifier.text}_${name}_${++this.#apart}`);
      const meaning = this.#meaningOf(member, names);
      members.set(name, meaning ?? { literal: variable });
      if (meaning !== undefined) continue;
      declarations.push(lua.createVariableDeclarationStatement(variable, this.#expression(member, names)));
    }
    names.set(identifier.text, { members });
    return declarations;
  }

  #statement(statement, names) {
    if (lua.isDoStatement(statement)) {
      statement.statements = this.block(statement.statements, names);
      return;
    }
    const inner = new Map(names);
    for (const { text } of namesOf(statement)) inner.delete(text);
    this.#expressions(statement, names);
    for (const [child] of childrenOf(statement)) {
      if (lua.isBlock(child)) child.statements = this.block(child.statements, inner);
    }
  }

  #expressions(statement, names) {
    const declared = namesOf(statement);
    for (const [child, set] of childrenOf(statement)) {
      if (!lua.isBlock(child) && !declared.includes(child)) set(this.#expression(child, names));
    }
  }

  /** @returns the expression with parts of the input in place */
  #expression(node, names) {
    const meaning = this.#meaningOf(node, names);
    if (meaning !== undefined) return this.#written(meaning);
    if (lua.isFunctionExpression(node)) {
      const inner = new Map(names);
      for (const { text } of node.params ?? []) inner.delete(text);
      node.body.statements = this.block(node.body.statements, inner);
      return node;
    }
    for (const [child, set] of childrenOf(node)) set(this.#expression(child, names));
    return keyOf(node) ?? node;
  }

  /** Which part of the input, or which literal, an expression is. */
  #meaningOf(node, names) {
    if (lua.isIdentifier(node)) return names.get(node.text);
    if (lua.isStringLiteral(node) || lua.isNumericLiteral(node)) return { literal: node };
    if (!lua.isTableIndexExpression(node) || !lua.isStringLiteral(node.index)) return undefined;
    const whole = this.#meaningOf(node.table, names);
    const { value: name } = node.index;
    if (whole?.members !== undefined) return whole.members.get(name);
    if (whole?.shape?.members === undefined) return undefined;
    const shape = whole.shape.members[name];
    return shape === undefined ? { literal: lua.createNilLiteral() } : { shape };
  }

  #written({ literal, shape }) {
    if (literal !== undefined) return copy(literal);
    if (shape.kind === "constant") return this.#constant(shape);
    if (shape.kind === "key") return lua.createNumericLiteral(shape.position);
    if (shape.kind === "payload") return lua.createNumericLiteral(shape.position - 1); // counted from 0
    if (shape.kind === "object") {
      const fields = Object.entries(shape.members).map(([name, member]) => {
        return lua.createTableFieldExpression(this.#written({ shape: member }), lua.createStringLiteral(name));
      });
      return lua.createTableExpression(fields);
    }
    this.#used.set(shape.position, shape.kind);
    return lua.createIdentifier(nameOf(shape.position));
  }

  #constant({ path, isScalar }) {
    const text = [CONSTANTS, ...path].join(".");
    if (isScalar || this.#loops === 0) return lua.createIdentifier(text);
    const name = `____${path.join("_")}`;
    this.#beforeLoop.set(name, text);
    return lua.createIdentifier(name);
  }
}

function isLoop({ kind }) {
  const { ForStatement, ForInStatement, WhileStatement, RepeatStatement } = lua.SyntaxKind;
  return [ForStatement, ForInStatement, WhileStatement, RepeatStatement].includes(kind);
}

/** Variables that a loop declares. */
function namesOf({ names, controlVariable }) {
  return names ?? (controlVariable === undefined ? [] : [controlVariable]);
}

function nameOf(position) {
  return `____in${position}`;
}

/** How an argument is read. */
function readerOf(position, kind) {
  const argument = `ARGV[${position}]`;
  const readers = {
    text: argument,
    number: `tonumber(${argument})`,
    boolean: `${argument} == "1"`,
    optionalText: `${argument} ~= "" and string.sub(${argument}, 2) or nil`,
    optionalKey: `tonumber(${argument})`,
    keys: `cjson.decode(${argument})`,
    payloads: `cjson.decode(${argument})`,
    json: `cjson.decode(${argument})`,
    optionalJson: `${argument} ~= "" and cjson.decode(${argument}) or nil`,
    wrappedJson: `cjson.decode(${argument})[1]`,
  };
  return lua.createIdentifier(readers[kind]);
}

/** `local a` that is assigned once, right in the same block and not used before, is declared where it is assigned. */
function joinDeclarations(statements) {
  const joined = [...statements];
  for (const declaration of statements) {
    if (!lua.isVariableDeclarationStatement(declaration) || declaration.right !== undefined) continue;
    if (declaration.left.length !== 1) continue;
    const [{ text }] = declaration.left;
    const position = joined.indexOf(declaration);
    const first = joined.findIndex((statement, index) => index > position && mentions(statement, text));
    const assignment = joined[first];
    if (assignment === undefined || !lua.isAssignmentStatement(assignment) || assignment.left.length !== 1) continue;
    if (assignment.left[0].text !== text || mentions(assignment.right[0], text)) continue;
    joined[first] = lua.createVariableDeclarationStatement(assignment.left[0], assignment.right[0]);
    joined.splice(position, 1);
  }
  return joined;
}

function mentions(node, name) {
  if (lua.isIdentifier(node) && node.text === name) return true;
  return childrenOf(node).some(([child]) => mentions(child, name));
}

/** Whether one of the statements may give a variable of this name another value. */
function isAssigned(name, statements) {
  const visit = (node) => {
    if (lua.isAssignmentStatement(node) && node.left.some(({ text }) => text === name)) return true;
    return childrenOf(node).some(([child]) => visit(child));
  };
  return statements.some(visit);
}

/** Whether a variable is only mentioned to read members of these names, and not in a loop or a function. */
function isOnlyRead(name, members, statements) {
  const visit = (node) => {
    if (lua.isTableIndexExpression(node) && lua.isIdentifier(node.table) && node.table.text === name) {
      return lua.isStringLiteral(node.index) && members.has(node.index.value);
    }
    if (lua.isIdentifier(node)) return node.text !== name;
    if (lua.isAssignmentStatement(node) && node.left.some((left) => mentions(left, name))) return false;
    if (lua.isFunctionExpression(node) || isLoop(node)) return !mentions(node, name);
    return childrenOf(node).every(([child]) => visit(child));
  };
  return statements.every(visit);
}

/** `KEYS[key] or KEY_PREFIX .. key`: what makes the key of a position or of a text. */
function isKeyExpression(node) {
  if (!lua.isBinaryExpression(node) || node.operator !== lua.SyntaxKind.OrOperator) return false;
  const { left } = node;
  return lua.isTableIndexExpression(left) && lua.isIdentifier(left.table) && left.table.text === "KEYS";
}

/** A key whose position is known needs no second way. */
function keyOf(node) {
  if (lua.isParenthesizedExpression(node) && isKnownKey(node.expression)) return node.expression;
  return isKeyExpression(node) && lua.isNumericLiteral(node.left.index) ? node.left : undefined;
}

function isKnownKey(node) {
  return lua.isTableIndexExpression(node) && node.table.text === "KEYS" && lua.isNumericLiteral(node.index);
}
