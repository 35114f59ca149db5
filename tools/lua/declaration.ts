import ts from "typescript";

/** Something with a name at the top of a module of ours. */
export type Declaration = (
  | ts.FunctionDeclaration
  | ts.VariableDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
) & { readonly name: ts.Identifier };

/** A `const name: Operation<Input, Output> = { name, access, execute }`. */
export type OperationDeclaration = ts.VariableDeclaration & {
  readonly name: ts.Identifier;
  readonly type: ts.TypeReferenceNode & { readonly typeArguments: ts.NodeArray<ts.TypeNode> };
  readonly initializer: ts.ObjectLiteralExpression;
};

export function isOperation(node: ts.Node): node is OperationDeclaration {
  return ts.isVariableDeclaration(node) && node.type?.getText().startsWith("Operation<") === true;
}

/** The value of a member of an operation, or of any object that is written down as such. */
export function memberOf(object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike {
  const member = object.properties.find((property) => property.name?.getText() === name);
  if (member === undefined) throw new Error(`There is no ${name} in: ${object.getText()}`);
  return member;
}

/** Whether it becomes a function of Lua. */
export function isFunction(declaration: Declaration): boolean {
  return ts.isFunctionDeclaration(declaration) ? declaration.body !== undefined : isOperation(declaration);
}

/** Whether it is a `const name = literal`, which is written in place of its name. */
export function isLiteral(declaration: Declaration): declaration is LiteralDeclaration {
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return false;
  if ((declaration.parent.flags & ts.NodeFlags.Const) === 0) return false;
  return ts.isNumericLiteral(declaration.initializer) || ts.isStringLiteral(declaration.initializer);
}

type LiteralDeclaration = Declaration & ts.VariableDeclaration & { readonly initializer: ts.LiteralExpression };

/** Whether the comment of a function says that most calls do without it. */
export function isRare(declaration: Declaration): boolean {
  return ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "rare");
}
