// Puts the bodies of functions in place of their calls. Redis makes the functions of a script anew at every call of the
// script, and Lua 5.1 takes about as long to call a small one as to do what it does.

import * as lua from "typescript-to-lua";

/** Functions with longer bodies, counted in nodes, stay functions when they are called from several places. */
const SHORT = 400;
/** No function gets longer than this by what is put into it: Lua lets one have 200 variables. */
const LONGEST = 6000;

/** A line with this and a name says whose body follows. */
export const BODY_OF = "@";

/** Methods of Lua's library and Redis' modules that only compute. */
const COMPUTING = new Set(["math", "string", "cmsgpack", "cjson"]);
const COMPUTING_ALONE = new Set(["tonumber", "tostring", "type"]);

export class Inliner {
  #functions;
  #mayInline;
  #isCalledOnce;
  #expanded = new Map();
  #expanding = new Set();
  #computing = new Map();
  #measures = new Map();
  #results = 0;

  /**
   * @param functions - by name, as the compiler made them
   * @param mayInline - whether a function may disappear into its callers, by name
   * @param isCalledOnce - whether only one place calls it, by name
   */
  constructor(functions, mayInline, isCalledOnce) {
    this.#functions = functions;
    this.#mayInline = mayInline;
    this.#isCalledOnce = isCalledOnce;
  }

  /** @returns the function with what it calls put into it, as far as that is possible */
  expand(name) {
    const known = this.#expanded.get(name);
    if (known !== undefined) return known;
    this.#expanding.add(name);
    const { params = [], body, flags } = this.#functions.get(name);
    const statements = this.#expandBlock(copy(body.statements), name);
    this.#expanding.delete(name);
    const expanded = lua.createFunctionExpression(lua.createBlock(statements), params, undefined, flags);
    this.#expanded.set(name, expanded);
    return expanded;
  }

  #expandBlock(statements, owner) {
    return statements.flatMap((statement) => this.#expandStatement(statement, owner));
  }

  #expandStatement(statement, owner) {
    if (lua.isIfStatement(statement)) statement.elseBlock = asBlock(statement.elseBlock);
    for (const [block, key] of blocksOf(statement)) block[key] = this.#expandBlock(block[key], owner);
    this.#substituteCalls(statement);
    const before = [];
    for (;;) {
      const place = this.#firstCall(statement);
      if (place === undefined) return [...before, statement];
      const { call, callee, set } = place;
      const isWhole = lua.isExpressionStatement(statement) && statement.expression === call;
      const result = isWhole ? undefined : `____r${this.#results++}`;
      const body = this.#bodyFor(callee, call, result, owner);
      if (isWhole) return [...before, ...body];
      before.push(...body);
      set(lua.createIdentifier(result));
    }
  }

  /** The body of a function as statements that leave what it returns in a variable. */
  #bodyFor(callee, { params: given }, result, owner) {
    const { params = [], body } = this.expand(callee);
    const statements = copy(body.statements);
    const used = namesIn(statements);
    const [left, right] = [[], []];
    for (const [index, { text }] of params.entries()) {
      const value = given[index] ?? lua.createNilLiteral();
      if (!used.has(text) && isSimple(value)) continue;
      left.push(lua.createIdentifier(text));
      right.push(value);
    }
    const block = withoutReturns(statements, result);
    if (left.length > 0) block.unshift(lua.createVariableDeclarationStatement(left, right));
    const own = lua.createDoStatement(block);
    own.leadingComments = [BODY_OF + callee];
    own.trailingComments = [BODY_OF + owner];
    return result === undefined ? [own] : [lua.createVariableDeclarationStatement(lua.createIdentifier(result)), own];
  }

  /** Functions that are a single expression are put in place wherever they are called. */
  #substituteCalls(statement) {
    const visit = (node, set) => {
      for (const [child, setChild] of childrenOf(node)) visit(child, setChild);
      const callee = calleeOf(node);
      if (callee === undefined || !this.#isAvailable(callee)) return;
      const expression = this.#asExpression(callee, node.params);
      if (expression !== undefined) set(lua.createParenthesizedExpression(expression));
    };
    for (const [child, set] of expressionsOf(statement)) {
      if (!lua.isExpressionStatement(statement)) visit(child, set);
      else for (const [part, setPart] of childrenOf(child)) visit(part, setPart);
    }
  }

  /** The call that is made first in a statement, when its body can go before the statement. */
  #firstCall(statement) {
    if (lua.isWhileStatement(statement) || lua.isRepeatStatement(statement)) return undefined;
    let found;
    // What was evaluated before: a body that goes before the statement must not change it, nor notice that it did not happen.
    let [hasRead, hasCalled] = [false, false];
    const visit = (node, set, isCertain) => {
      if (found !== undefined || lua.isFunctionExpression(node)) return;
      const [hadRead, hadCalled] = [hasRead, hasCalled];
      const isEither = node.operator === lua.SyntaxKind.AndOperator || node.operator === lua.SyntaxKind.OrOperator;
      for (const [index, [child, setChild]] of childrenOf(node).entries()) {
        visit(child, setChild, isCertain && !(isEither && index === 1));
      }
      if (found !== undefined) return;
      if (lua.isTableIndexExpression(node) && !isOfModule(node)) hasRead = true;
      if (!lua.isCallExpression(node)) return;
      const callee = calleeOf(node);
      if (
        callee !== undefined &&
        isCertain &&
        !hadCalled &&
        this.#isAvailable(callee) &&
        this.#measure(callee).hasPlainReturns
      ) {
        if (!hadRead || this.#onlyComputes(callee)) found = { call: node, callee, set };
      }
      if (!this.#isComputing(node)) hasCalled = true;
    };
    for (const [child, set] of expressionsOf(statement)) {
      const isTarget = lua.isAssignmentStatement(statement) && statement.left.includes(child);
      if (!isTarget || !(isSimple(child) || isNextOf(child))) visit(child, set, true);
    }
    return found;
  }

  /** Whether its body may go in place of a call, and can. */
  #isAvailable(callee) {
    if (!this.#functions.has(callee) || !this.#mayInline(callee) || this.#expanding.has(callee)) return false;
    const { size } = this.#measure(callee);
    return size <= SHORT || (size <= LONGEST && this.#isCalledOnce(callee));
  }

  #measure(callee) {
    const known = this.#measures.get(callee);
    if (known !== undefined) return known;
    const { body } = this.expand(callee);
    const measures = { size: sizeOf(body), hasPlainReturns: hasPlainReturns(copy(body.statements)) };
    this.#measures.set(callee, measures);
    return measures;
  }

  /** Whether it changes nothing and asks Redis for nothing. */
  #onlyComputes(callee) {
    if (!this.#functions.has(callee) || this.#expanding.has(callee)) return false;
    const known = this.#computing.get(callee);
    if (known !== undefined) return known;
    this.#computing.set(callee, false); // as long as it is not known: it may call itself
    const { params = [], body } = this.expand(callee);
    const { statements } = body;
    const locals = namesDeclared(statements);
    const own = namesDeclared(statements, lua.isTableExpression);
    for (const { text } of params) own.delete(text);
    const isOwn = (left) => (lua.isIdentifier(left) ? locals.has(left.text) : own.has(left.table.text));
    const only = (node) => {
      if (lua.isAssignmentStatement(node) && !node.left.every(isOwn)) return false;
      if (lua.isCallExpression(node) && !this.#isComputing(node)) return false;
      return allChildren(node).every(only);
    };
    const result = statements.every(only);
    this.#computing.set(callee, result);
    return result;
  }

  #isComputing(call) {
    const callee = calleeOf(call);
    return callee === undefined ? isComputing(call.expression) : this.#onlyComputes(callee);
  }

  /**
   * A function as one expression over what it is given: declarations of what is only computed, then a return.
   *
   * @returns undefined when it is none, or when something would be evaluated at another time
   */
  #asExpression(callee, given) {
    const { params = [], body } = this.expand(callee);
    const last = body.statements.at(-1);
    if (last === undefined || !lua.isReturnStatement(last) || last.expressions.length !== 1) return undefined;
    if (!given.every(isSimple) || holdsFunction(last)) return undefined;
    const [expression] = last.expressions;
    const values = new Map(params.map(({ text }, index) => [text, given[index] ?? lua.createNilLiteral()]));
    for (const statement of body.statements.slice(0, -1)) {
      if (!lua.isVariableDeclarationStatement(statement) || statement.left.length !== 1) return undefined;
      const [value] = statement.right ?? [];
      if (value === undefined || !isSimple(value)) return undefined;
      values.set(statement.left[0].text, substitute(copy(value), values));
    }
    if (!this.#readsBeforeItCalls(expression, values)) return undefined;
    return substitute(copy(expression), values);
  }

  /** Whether an expression calls nothing that may change something, or is done with some variables by then. */
  #readsBeforeItCalls(expression, variables) {
    const calls = [];
    const visit = (node) => {
      if (lua.isCallExpression(node) && !this.#isComputing(node)) calls.push(node);
      else for (const child of allChildren(node)) visit(child);
    };
    visit(expression);
    if (calls.length === 0) return true;
    if (calls.length > 1) return false;
    const isVariable = ({ text }) => variables.has(text);
    return identifiersIn(expression).filter(isVariable).length === identifiersIn(calls[0]).filter(isVariable).length;
  }
}

/** The names of the functions that a function calls. */
export function calledIn(node, called = new Set()) {
  if (lua.isTableIndexExpression(node) && lua.isIdentifier(node.table) && node.table.text === "F") {
    called.add(node.index.value);
  }
  for (const child of allChildren(node)) calledIn(child, called);
  return called;
}

/** A return that cannot be told by the order of statements: in a loop, or where both branches of an `if` go on. */
class HiddenReturn extends Error {}

/** Statements that assign what they would return, and then are at their end. */
function withoutReturns(statements, result) {
  for (const [index, statement] of statements.entries()) {
    if (lua.isReturnStatement(statement)) {
      if (statement.expressions.length > 1) throw new HiddenReturn();
      const done = statements.slice(0, index);
      const [value] = statement.expressions;
      if (value === undefined) return done;
      if (result !== undefined) {
        return [...done, lua.createAssignmentStatement(lua.createIdentifier(result), value)];
      }
      if (isSimple(value)) return done;
      const unused = lua.createVariableDeclarationStatement(lua.createIdentifier("____"), value);
      return [...done, lua.isCallExpression(value) ? lua.createExpressionStatement(value) : unused];
    }
    if (!mayReturn(statement)) continue;
    if (!lua.isIfStatement(statement)) throw new HiddenReturn();
    const rest = statements.slice(index + 1);
    const branches = [statement.ifBlock.statements, elseStatements(statement)];
    const goesOn = branches.map((branch) => !alwaysReturns(branch));
    if (goesOn[0] && goesOn[1] && rest.length > 0) throw new HiddenReturn();
    const usedLater = namesIn(rest);
    const hides = (branch, side) => goesOn[side] && [...namesDeclared(branch)].some((name) => usedLater.has(name));
    if (branches.some(hides)) throw new HiddenReturn();
    const [ifBranch, elseBranch] = branches.map((branch, side) =>
      withoutReturns(goesOn[side] ? [...branch, ...rest] : branch, result),
    );
    const elseBlock = elseBranch.length > 0 ? lua.createBlock(elseBranch) : undefined;
    const replaced = lua.createIfStatement(statement.condition, lua.createBlock(ifBranch), elseBlock);
    return [...statements.slice(0, index), replaced];
  }
  return statements;
}

function hasPlainReturns(statements) {
  try {
    withoutReturns(statements, "____");
    return true;
  } catch (error) {
    if (error instanceof HiddenReturn) return false;
    throw error;
  }
}

function elseStatements({ elseBlock }) {
  if (elseBlock === undefined) return [];
  return lua.isIfStatement(elseBlock) ? [elseBlock] : elseBlock.statements;
}

export function alwaysReturns(statements) {
  const last = statements.at(-1);
  if (last === undefined) return false;
  if (lua.isReturnStatement(last)) return true;
  return lua.isIfStatement(last) && alwaysReturns(last.ifBlock.statements) && alwaysReturns(elseStatements(last));
}

function mayReturn(node) {
  if (lua.isReturnStatement(node)) return true;
  if (lua.isFunctionExpression(node)) return false;
  return allChildren(node).some(mayReturn);
}

function holdsFunction(node) {
  return lua.isFunctionExpression(node) || allChildren(node).some(holdsFunction);
}

function substitute(expression, values) {
  const holder = { kind: lua.SyntaxKind.ReturnStatement, expressions: [expression] };
  const visit = (node, set) => {
    if (lua.isIdentifier(node)) {
      const value = values.get(node.text);
      if (value !== undefined) set(copy(value));
      return;
    }
    for (const [child, setChild] of childrenOf(node)) visit(child, setChild);
  };
  for (const [child, set] of childrenOf(holder)) visit(child, set);
  return holder.expressions[0];
}

/**
 * Variables, literals and members of members: evaluating one again changes nothing and costs little. A variable that an
 * expression mentions is not changed by what the expression calls: functions share no variables but constants.
 */
function isSimple(node) {
  if (lua.isIdentifier(node) || lua.isLiteral(node)) return true;
  return lua.isTableIndexExpression(node) && isSimple(node.table) && isSimple(node.index);
}

/** `list[#list + 1]`: what a call appends is known before the place for it. */
function isNextOf({ table, index }) {
  if (!lua.isIdentifier(table) || !lua.isBinaryExpression(index) || !lua.isUnaryExpression(index.left)) return false;
  return index.left.operator === lua.SyntaxKind.LengthOperator && index.left.operand.text === table.text;
}

/** The name of the function of ours that is called. */
function calleeOf(node) {
  if (!lua.isCallExpression(node)) return undefined;
  const { expression } = node;
  if (!lua.isTableIndexExpression(expression) || !lua.isIdentifier(expression.table)) return undefined;
  return expression.table.text === "F" ? expression.index.value : undefined;
}

function isOfModule({ table }) {
  return lua.isIdentifier(table) && (COMPUTING.has(table.text) || table.text === "F" || table.text === "redis");
}

function isComputing(called) {
  if (lua.isIdentifier(called)) return COMPUTING_ALONE.has(called.text) || called.text === "ipairs";
  return lua.isTableIndexExpression(called) && lua.isIdentifier(called.table) && COMPUTING.has(called.table.text);
}

function isNode(value) {
  return typeof value === "object" && value !== null && typeof value.kind === "number";
}

export function copy(value) {
  return structuredClone(value);
}

/** Children in the order of evaluation, each with what puts another in its place. */
export function childrenOf(node) {
  const children = [];
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (isNode(item)) children.push([item, (other) => (value[index] = other)]);
      }
    } else if (isNode(value)) children.push([value, (other) => (node[key] = other)]);
  }
  return lua.isTableFieldExpression(node) ? children.reverse() : children;
}

function allChildren(node) {
  return childrenOf(node).map(([child]) => child);
}

function isStatement({ kind }) {
  return kind <= lua.SyntaxKind.ExpressionStatement;
}

/** `else if` as an `if` within the `else`. */
function asBlock(elseBlock) {
  return elseBlock !== undefined && lua.isIfStatement(elseBlock) ? lua.createBlock([elseBlock]) : elseBlock;
}

/** The lists of statements right below a statement. */
function blocksOf(statement) {
  if (lua.isDoStatement(statement)) return [[statement, "statements"]];
  return allChildren(statement)
    .filter(lua.isBlock)
    .map((block) => [block, "statements"]);
}

/** The expressions a statement evaluates itself, in this order. */
function expressionsOf(statement) {
  return childrenOf(statement).filter(([child]) => !isStatement(child));
}

function sizeOf(node) {
  return allChildren(node).reduce((size, child) => size + sizeOf(child), 1);
}

function identifiersIn(node) {
  return [...(lua.isIdentifier(node) ? [node] : []), ...allChildren(node).flatMap(identifiersIn)];
}

function namesIn(statements) {
  return new Set(statements.flatMap(identifiersIn).map(({ text }) => text));
}

/** @param isKind - which values count; by default any, and none */
function namesDeclared(statements, isKind) {
  const [names, others] = [new Set(), new Set()];
  const visit = (node) => {
    if (lua.isVariableDeclarationStatement(node)) {
      for (const [index, { text }] of node.left.entries()) {
        const value = node.right?.[index];
        const counts = isKind === undefined || (value !== undefined && isKind(value));
        (counts ? names : others).add(text);
      }
    }
    for (const child of allChildren(node)) visit(child);
  };
  for (const statement of statements) visit(statement);
  for (const name of others) names.delete(name);
  return names;
}
