import ts from "typescript";
import {
  type Declaration,
  isFunction,
  isLiteral,
  isOperation,
  memberOf,
  type OperationDeclaration,
} from "../declaration.js";
import type { Names } from "./name.js";
import type { Reached, Reference } from "./reach.js";

/** Holds the functions of a script, by name: a function of Lua has room for 60 variables from outside only. */
export const FUNCTIONS = "F";

/** Third stage: one TypeScript module with everything that was reached, and no import. */
export function flatten(reached: Reached, names: Names): string {
  const functions = [...reached.keys()].filter(isFunction).map((declaration) => names.get(declaration));
  const table = functions.map((name) => `readonly ${name}: typeof ${name};`).join(" ");
  const parts = [...reached].map(([part, references]) => statementText(part, references, names));
  return [`declare const ${FUNCTIONS}: { ${table} };`, ...parts, "export {};"].join("\n");
}

function statementText(declaration: Declaration, references: readonly Reference[], names: Names): string {
  if (isOperation(declaration)) return operationText(declaration, references, names);
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return textOf(statement, references, names).replace(/^export /, "");
}

/** An operation as a plain function: a script needs neither its name nor the object around it. */
function operationText(declaration: OperationDeclaration, references: readonly Reference[], names: Names): string {
  const [input, output] = declaration.type.typeArguments.map((type) => textOf(type, references, names));
  const member = memberOf(declaration.initializer, "execute");
  const execute = (ts.isMethodDeclaration(member) ? member : (member as ts.PropertyAssignment).initializer) as
    | ts.MethodDeclaration
    | ts.ArrowFunction;
  const types = ["Keyspace", input];
  const parameters = execute.parameters.map((parameter, index) => `${parameter.name.getText()}: ${types[index]}`);
  const body = textOf(execute.body as ts.Node, references, names);
  const block = ts.isBlock(execute.body as ts.Node) ? body : `{ return ${body}; }`;
  return `function ${names.get(declaration)}(${parameters.join(", ")}): ${output} ${block}`;
}

/** The text of a node of a declaration with the names it has in Lua. */
function textOf(node: ts.Node, references: readonly Reference[], names: Names): string {
  const start = node.getStart();
  let text = node.getText();
  for (const { node: reference, target } of [...references].reverse()) {
    const from = reference.getStart() - start;
    if (from < 0 || from >= node.getWidth()) continue;
    const isItsOwn = reference.parent === target && target.name === reference;
    const name = isItsOwn ? names.get(target) : reachableAs(target, names);
    const isShort = ts.isShorthandPropertyAssignment(reference.parent) && reference.getText() !== name;
    const replaced = isShort ? `${reference.getText()}: ${name}` : name;
    text = text.slice(0, from) + replaced + text.slice(from + reference.getWidth());
  }
  return text;
}

function reachableAs(target: Declaration, names: Names): string | undefined {
  if (isFunction(target)) return `${FUNCTIONS}.${names.get(target)}`;
  return isLiteral(target) ? target.initializer.getText() : names.get(target);
}
