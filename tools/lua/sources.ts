import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { type Declaration, isOperation, memberOf, type OperationDeclaration } from "./declaration.js";
import { OPTIONS } from "./options.js";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const operationsFolder = join(root, "src/operations");
const keyspaceFile = join(root, "src/keyspace/redis/lua/keyspace.ts");
const portFile = join(root, "src/keyspace/port/keyspace.ts");

/** Programs that Lua is made from, and what is known of their types. */
export class Sources {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;

  constructor(program: ts.Program) {
    this.program = program;
    this.checker = program.getTypeChecker();
  }

  /** The declaration at the top of a module of ours that an identifier stands for. */
  declarationOf(identifier: ts.Identifier): Declaration | undefined {
    let symbol = ts.isShorthandPropertyAssignment(identifier.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(identifier.parent)
      : this.checker.getSymbolAtLocation(identifier);
    if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0) {
      symbol = this.checker.getAliasedSymbol(symbol);
    }
    const declaration = symbol?.declarations?.[0];
    if (declaration === undefined || declaration.getSourceFile().fileName.includes("/node_modules/")) return undefined;
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return ts.isSourceFile(statement.parent) ? (declaration as Declaration) : undefined;
  }

  /** The function that a node calls by another way than its name; none in most programs. */
  methodOf(_node: ts.Node): Declaration | undefined {
    return undefined;
  }
}

/** All operations, and the keyspace inside Redis that they run on. */
export class OperationSources extends Sources {
  readonly operations: readonly OperationDeclaration[];
  /** The functions behind the methods of the port. */
  readonly methods: ReadonlyMap<string, Declaration>;
  /** The file that declares the port. */
  readonly #port: ts.SourceFile | undefined;

  constructor() {
    const files = readdirSync(operationsFolder, { recursive: true, encoding: "utf8" });
    const operationFiles = files.filter((name) => name.endsWith(".ts")).map((name) => join(operationsFolder, name));
    super(ts.createProgram([...operationFiles, keyspaceFile], OPTIONS));
    this.operations = this.program
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(`${operationsFolder}/`))
      .flatMap(({ statements }) => statements.filter(ts.isVariableStatement))
      .flatMap((statement) => statement.declarationList.declarations)
      .filter(isOperation)
      .sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
    this.#port = this.program.getSourceFile(portFile);
    this.methods = this.#findMethods();
  }

  /** `keyspace.method` is the function of that name, which needs no table of methods. */
  override methodOf(node: ts.Node): Declaration | undefined {
    if (!ts.isPropertyAccessExpression(node)) return undefined;
    const [declaration] = this.checker.getSymbolAtLocation(node.name)?.declarations ?? [];
    if (declaration === undefined || !ts.isMethodSignature(declaration)) return undefined;
    if (declaration.getSourceFile() !== this.#port) return undefined;
    const method = this.methods.get(node.name.text);
    if (method === undefined) throw new Error(`The Redis keyspace has no ${node.name.text}.`);
    return method;
  }

  /** The members of `export const redisKeyspace: Keyspace = { ... }`. */
  #findMethods(): ReadonlyMap<string, Declaration> {
    const [keyspace] = this.#statementsOf(keyspaceFile)
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => declarationList.declarations)
      .filter(isNamed("redisKeyspace"));
    const table = keyspace?.initializer as ts.ObjectLiteralExpression;
    const names = table.properties.map(({ name }) => name as ts.Identifier);
    return new Map(names.map((name) => [name.text, this.declarationOf(name) as Declaration]));
  }

  #statementsOf(file: string): readonly ts.Statement[] {
    return this.program.getSourceFile(file)?.statements ?? [];
  }
}

function isNamed(name: string): (node: ts.Node & { readonly name?: ts.Node }) => boolean {
  return (node) => node.name !== undefined && ts.isIdentifier(node.name) && node.name.text === name;
}

/** What the library calls an operation. */
export function nameOf({ initializer }: OperationDeclaration): string {
  return textOf(initializer, "name");
}

export function accessOf({ initializer }: OperationDeclaration): string {
  return textOf(initializer, "access");
}

function textOf(object: ts.ObjectLiteralExpression, name: string): string {
  return ((memberOf(object, name) as ts.PropertyAssignment).initializer as ts.StringLiteral).text;
}

/** The file a declaration is in, as from the root of this project. */
export function fileOf(declaration: ts.Node): string {
  return relative(root, declaration.getSourceFile().fileName).replaceAll("\\", "/");
}

/** The file and the line it begins at. */
export function placeOf(declaration: ts.Node): string {
  const { line } = declaration.getSourceFile().getLineAndCharacterOfPosition(declaration.getStart());
  return `${fileOf(declaration)}:${line + 1}`;
}
