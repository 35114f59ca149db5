// Compiles every operation of src/operations to one self-contained Lua script and writes them all as one TypeScript
// module. A script holds the operation, the functions and constants it reaches, and the methods of the Redis keyspace it
// calls. Redis runs the whole body at each call and makes its functions anew, so what is marked `@rare`, and what only that
// needs, is made when one of them is called.
//
//   node scripts/compile-operations.mjs           writes the module
//   node scripts/compile-operations.mjs --check   fails when the module is not what the sources give
//   node scripts/compile-operations.mjs --port    prints a script for each method of the keyspace as JSON, for tests

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import {
  createCallExpression,
  createDoStatement,
  createFile,
  createIdentifier,
  createNilLiteral,
  createReturnStatement,
  createTableExpression,
  createTableFieldExpression,
  createVariableDeclarationStatement,
  isFunctionExpression,
  isReturnStatement,
  isVariableDeclarationStatement,
  LuaLibImportKind,
  LuaPrinter,
  LuaTarget,
  Transpiler,
} from "typescript-to-lua";
import { alwaysReturns, calledIn, childrenOf, copy, Inliner } from "./inline-functions.mjs";
import { constantsOf, partsOf, shapeOf } from "./input-shape.mjs";
import { ScriptText } from "./script-text.mjs";
import { specialize } from "./specialize-input.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const operationsFolder = join(root, "src/operations");
const keyspaceFile = join(root, "src/keyspace/redis/lua/keyspace.ts");
const portFile = join(root, "src/keyspace/port/keyspace.ts");
const outputFile = join(root, "src/keyspace/redis/scripts/compiled-operations.ts");

/** The function of the keyspace that makes a key of its own. */
const DELIVERIES = "deliveriesKey";
/** Holds the functions of a script, by name. */
const FUNCTIONS = "F";
/** Lua lets a function use 60 variables from outside of it. */
const MOST_CONSTANTS = 55;

const options = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  lib: ["lib.es2023.d.ts"],
  types: [],
  luaTarget: LuaTarget.Lua51,
  luaLibImport: LuaLibImportKind.None,
  noImplicitSelf: true,
  noHeader: true,
};

const program = ts.createProgram(
  [
    ...readdirSync(operationsFolder, { recursive: true })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => join(operationsFolder, name)),
    keyspaceFile,
  ],
  options,
);
const checker = program.getTypeChecker();

const portInterface = program.getSourceFile(portFile).statements.find(({ name }) => name?.text === "Keyspace");

/** Whether it is a `const name: Operation<Input, Output> = { name, access, execute }`. */
function isOperation(declaration) {
  return ts.isVariableDeclaration(declaration) && declaration.type?.getText().startsWith("Operation<") === true;
}

function propertyOf(declaration, name) {
  return declaration.initializer.properties.find((member) => member.name?.getText() === name);
}

function findOperations() {
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(`${operationsFolder}/`))
    .flatMap(({ statements }) => statements.filter(ts.isVariableStatement))
    .flatMap((statement) => statement.declarationList.declarations)
    .filter(isOperation)
    .map((declaration) => {
      const text = (property) => propertyOf(declaration, property).initializer.text;
      return { declaration, name: text("name"), access: text("access") };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The declaration at the top of a module of ours that an identifier stands for. */
function declarationOf(identifier) {
  let symbol = ts.isShorthandPropertyAssignment(identifier.parent)
    ? checker.getShorthandAssignmentValueSymbol(identifier.parent)
    : checker.getSymbolAtLocation(identifier);
  if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.declarations?.[0];
  if (declaration === undefined || declaration.getSourceFile().fileName.includes("/node_modules/")) return undefined;
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.isSourceFile(statement.parent) ? declaration : undefined;
}

/** `keyspace.method` becomes the function of that name, which needs no table of methods. */
function keyspaceMethod(node) {
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const [declaration] = checker.getSymbolAtLocation(node.name)?.declarations ?? [];
  if (declaration?.parent !== portInterface) return undefined;
  const keyspace = program.getSourceFile(keyspaceFile);
  const method = keyspace.statements.find((statement) => statement.name?.text === node.name.text);
  if (method === undefined) throw new Error(`The Redis keyspace has no ${node.name.text}.`);
  return method;
}

/** What replaces which part of a declaration, and the declarations it needs. */
function referencesOf(declaration) {
  const references = [];
  const visit = (node) => {
    const method = keyspaceMethod(node);
    if (method !== undefined) references.push({ node, target: method });
    else if (ts.isIdentifier(node)) {
      const target = declarationOf(node);
      if (target !== undefined) references.push({ node, target });
    } else ts.forEachChild(node, visit);
  };
  visit(declaration);
  return references;
}

/** All a declaration reaches, what is needed first. */
function reach(declaration, reached = new Map()) {
  if (reached.has(declaration)) return reached;
  const references = referencesOf(declaration);
  reached.set(declaration, references);
  for (const { target } of references) reach(target, reached);
  reached.delete(declaration); // a map keeps the order of insertion: behind what it needs
  reached.set(declaration, references);
  return reached;
}

function fileNameOf(declaration) {
  return relative(root, declaration.getSourceFile().fileName).replaceAll("\\", "/");
}

/** Different files may use one name for different things: the later ones get the name of their file added. */
function nameAll(declarations) {
  const names = new Map();
  const taken = new Set();
  for (const declaration of declarations) {
    const name = declaration.name.text;
    const file = fileNameOf(declaration).replace(/^.*\/(.*)\.ts$/, "$1");
    const pascal = file.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());
    const unique = taken.has(name) ? `${name}In${pascal}` : name;
    if (taken.has(unique)) throw new Error(`Two declarations would be called ${unique} in one script: rename one.`);
    taken.add(unique);
    names.set(declaration, unique);
  }
  return names;
}

function isFunction(declaration) {
  return ts.isFunctionDeclaration(declaration) ? declaration.body !== undefined : isOperation(declaration);
}

/** Whether it is a `const name = literal`, which is written in place of its name. */
function isLiteral(declaration) {
  const { initializer, parent } = declaration;
  if (initializer === undefined || (parent.flags & ts.NodeFlags.Const) === 0) return false;
  return ts.isNumericLiteral(initializer) || ts.isStringLiteral(initializer);
}

/** The text of a node of a declaration with the names it has in the script. */
function textOf(node, references, names) {
  const start = node.getStart();
  let text = node.getText();
  for (const { node: reference, target } of [...references].reverse()) {
    const from = reference.getStart() - start;
    if (from < 0 || from >= node.getWidth()) continue;
    const isItsOwn = reference.parent === target && target.name === reference;
    const name = isItsOwn ? names.get(target) : reachableAs(target, names);
    const isShort = ts.isShorthandPropertyAssignment(reference.parent) && reference.text !== name;
    text =
      text.slice(0, from) + (isShort ? `${reference.text}: ${name}` : name) + text.slice(from + reference.getWidth());
  }
  return text;
}

function reachableAs(target, names) {
  if (isFunction(target)) return `${FUNCTIONS}.${names.get(target)}`;
  return isLiteral(target) ? target.initializer.getText() : names.get(target);
}

function statementText(declaration, references, names) {
  if (isOperation(declaration)) return operationText(declaration, references, names);
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return textOf(statement, references, names).replace(/^export /, "");
}

/** An operation as a plain function: a script needs neither its name nor the object around it. */
function operationText(declaration, references, names) {
  const [input, output] = declaration.type.typeArguments.map((type) => textOf(type, references, names));
  const member = propertyOf(declaration, "execute");
  const execute = ts.isMethodDeclaration(member) ? member : member.initializer;
  const types = [names.get(portInterface), input];
  const parameters = execute.parameters.map((parameter, index) => `${parameter.name.getText()}: ${types[index]}`);
  const body = textOf(execute.body, references, names);
  const block = ts.isBlock(execute.body) ? body : `{ return ${body}; }`;
  return `function ${names.get(declaration)}(${parameters.join(", ")}): ${output} ${block}`;
}

/** One TypeScript module with everything that any operation reaches and no import. */
function flatten(reached, names) {
  const functions = [...reached.keys()].filter(isFunction).map((declaration) => names.get(declaration));
  const table = functions.map((name) => `readonly ${name}: typeof ${name};`).join(" ");
  const parts = [...reached].map(([part, references]) => statementText(part, references, names));
  return [`declare const ${FUNCTIONS}: { ${table} };`, ...parts].join("\n");
}

/** Compiles a TypeScript module that imports nothing to Lua. @returns its declarations by name, and a printer for them */
function compileModule(text) {
  const path = join(root, "src/flattened.ts");
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, version) =>
    name === path
      ? ts.createSourceFile(path, `${text}\nexport {};`, version, true)
      : (program.getSourceFile(name) ?? getSourceFile(name, version));
  let printer;
  let statements;
  const keepTree = (compiled, emitHost, fileName, file) => {
    printer = new LuaPrinter(emitHost, compiled, fileName);
    statements = file.statements;
    return printer.print(createFile([], new Set(), ""));
  };
  const { diagnostics } = new Transpiler().emit({
    program: ts.createProgram([path], options, host),
    writeFile: () => {},
    plugins: [{ printer: keepTree }],
  });
  const problems = diagnostics.map(({ file, start, messageText }) => {
    const line = file === undefined ? "" : file.text.split("\n")[file.getLineAndCharacterOfPosition(start).line];
    return `${ts.flattenDiagnosticMessageText(messageText, " ")} In: ${line}`;
  });
  if (problems.length > 0) throw new Error(`Operations cannot be compiled to Lua:\n${problems.join("\n")}`);
  const print = (statement) => {
    const lua = printer.printStatement(statement).toString();
    if (/__TS__/.test(lua)) throw new Error(`A script cannot have library functions, and this needs one:\n${lua}`);
    return lua.trimEnd().replace(/^ +/gm, "");
  };
  return { declarations: declarationsIn(statements, print), print };
}

function declarationsIn(statements, print) {
  const declarations = new Map();
  for (const statement of statements) {
    const [name] = statement.left?.map(({ text }) => text) ?? [];
    if (name === undefined && print(statement) === "return ____exports") continue;
    if (name === "____exports") continue;
    if (!isVariableDeclarationStatement(statement) || statement.left.length > 1 || name.startsWith("____")) {
      throw new Error(`Not a declaration of one name:\n${print(statement)}`);
    }
    declarations.set(name, statement);
  }
  return declarations;
}

/** Whether the comment of a function says that most calls do without it. */
function isRare(declaration) {
  return ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "rare");
}

/** What a declaration reaches without anything rare. */
function reachOften(declaration, reached = new Set()) {
  if (isRare(declaration) || reached.has(declaration)) return reached;
  reached.add(declaration);
  for (const { target } of referencesOf(declaration)) reachOften(target, reached);
  return reached;
}

/** The script of a function, and where what each function does begins in it. */
function linkScript(main, isWrite, names, { declarations, print }, shape) {
  const parts = [...reach(main).keys()];
  const declared = new Map(parts.map((part) => [names.get(part), part]));
  const constants = parts.filter((part) => !isFunction(part) && !isLiteral(part) && declarations.has(names.get(part)));
  if (constants.length > MOST_CONSTANTS) throw new Error(`${names.get(main)} needs ${constants.length} constants.`);
  const { inliner, often, rare } = divide(main, parts, names, declarations);
  const script = new ScriptText((name) => {
    const declaration = declared.get(name);
    const position = declaration.getSourceFile().getLineAndCharacterOfPosition(declaration.getStart()).line + 1;
    return `${declaration.name.text} (${fileNameOf(declaration)}:${position})`;
  });
  const textOfFunction = (name) =>
    print(createVariableDeclarationStatement(createIdentifier(name), inliner.expand(name)));
  const usesDeliveries = parts.some((part) => part.name.text === DELIVERIES);
  const addFunctions = (functions) => {
    for (const name of functions) {
      script.addFunction(name, `${textOfFunction(name).replace(/^local function \w+/, `${name} = function`)},`);
    }
  };
  script.add(`#!lua${isWrite ? "" : " flags=no-writes"}`);
  script.add(...constants.map((constant) => print(declarations.get(names.get(constant)))));
  if (often.length + rare.length > 0) {
    script.add(`local ${FUNCTIONS}`, `${FUNCTIONS} = {`);
    addFunctions(often);
    script.add("}");
  }
  if (rare.length > 0) {
    script.add(`setmetatable(${FUNCTIONS}, {__index = function(_, name)`, "for made, f in pairs({");
    addFunctions(rare);
    script.add(`}) do rawset(${FUNCTIONS}, made, f) end`, `return rawget(${FUNCTIONS}, name)`, "end})");
  }
  const { params, body } = inliner.expand(names.get(main));
  const parameters = params.map(({ text }) => text);
  if (shape === undefined) {
    script.add(`local ${parameters.join(", ")} = unpack(cjson.decode(ARGV[2]))`);
    script.addFunction(names.get(main), print(createDoStatement(packReturns(copy(body.statements), true))));
  } else {
    const statements = specialize(copy(body.statements), parameters, shape, usesDeliveries ? 2 : 1);
    for (const statement of packReturns(statements, false)) script.addFunction(names.get(main), print(statement));
  }
  return { lua: script.text, functions: script.functions, usesDeliveries };
}

/** A script returns what its operation returns, as MessagePack. */
function packReturns(statements, isList) {
  const pack = (values) => {
    const [value = createNilLiteral()] = values;
    const packed = isList ? createTableExpression([createTableFieldExpression(value)]) : value;
    return [createCallExpression(createIdentifier("cmsgpack.pack"), [packed])];
  };
  const visit = (node) => {
    if (isFunctionExpression(node)) return;
    if (isReturnStatement(node)) node.expressions = pack(node.expressions);
    else for (const [child] of childrenOf(node)) visit(child);
  };
  for (const statement of statements) visit(statement);
  return alwaysReturns(statements) ? statements : [...statements, createReturnStatement(pack([]))];
}

/** Which functions of a script are called as such: made with each call of the script, or when they are needed. */
function divide(main, parts, names, declarations) {
  const bodies = new Map();
  for (const part of parts)
    if (isFunction(part)) bodies.set(names.get(part), declarations.get(names.get(part)).right[0]);
  const usual = new Set([...reachOften(main)].filter(isFunction).map((part) => names.get(part)));
  const callers = new Map();
  for (const name of usual) {
    for (const called of calledIn(bodies.get(name))) callers.set(called, (callers.get(called) ?? 0) + 1);
  }
  const inliner = new Inliner(
    bodies,
    (name) => usual.has(name),
    (name) => callers.get(name) === 1,
  );
  const calledFromMain = (isFollowed) => {
    const found = new Set([names.get(main)]);
    for (const name of found)
      for (const called of calledIn(inliner.expand(name))) if (isFollowed(called)) found.add(called);
    found.delete(names.get(main));
    return [...bodies.keys()].filter((name) => found.has(name));
  };
  const often = calledFromMain((name) => usual.has(name));
  const rare = calledFromMain(() => true).filter((name) => !often.includes(name));
  return { inliner, often, rare };
}

/** Where an output may hold an empty map, which MessagePack made in Lua cannot tell from an empty list. */
function mapsIn(type, path = "", depth = 0) {
  if (type.isUnion()) return [...new Set(type.types.flatMap((member) => mapsIn(member, path, depth)))];
  if ((type.flags & ts.TypeFlags.Object) === 0 || depth > 6) return [];
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    return checker.getTypeArguments(type).flatMap((item) => mapsIn(item, `${path}*.`, depth + 1));
  }
  const maps = type.getStringIndexType() === undefined ? [] : [path];
  for (const property of type.getProperties()) {
    maps.push(...mapsIn(checker.getTypeOfSymbol(property), `${path}${property.name}.`, depth + 1));
  }
  return maps;
}

function outputOf(declaration) {
  return checker.getTypeFromTypeNode(declaration.type.typeArguments[1]);
}

function compileOperations() {
  const operations = findOperations();
  const reached = new Map();
  for (const { declaration } of operations) reach(declaration, reached);
  // Operations keep their names, whatever else has them.
  const names = nameAll(new Set([...operations.map(({ declaration }) => declaration), ...reached.keys()]));
  const compiled = compileModule(flatten(reached, names));
  const entries = operations.map(({ declaration, name, access }) => {
    const shape = shapeOf(checker.getTypeFromTypeNode(declaration.type.typeArguments[0]), checker);
    const script = linkScript(declaration, access === "write", names, compiled, shape);
    const sha1 = createHash("sha1").update(script.lua).digest("hex");
    const entry = {
      access,
      sha1,
      mapsInOutput: mapsIn(outputOf(declaration)),
      input: partsOf(shape),
      constants: constantsOf(shape),
      ...script,
    };
    return `  ${JSON.stringify(name)}: ${JSON.stringify(entry)},\n`;
  });
  return `// Made by scripts/compile-operations.mjs from src/operations. Changes here are lost.
import type { CompiledOperation } from "./compiled-operation.js";

export const COMPILED_OPERATIONS: Readonly<Record<string, CompiledOperation>> = {
${entries.join("")}};
`;
}

/** A script for each method of the port, which takes its arguments as a list and gives a list of what it returns. */
function compilePort() {
  const { statements: sources } = program.getSourceFile(keyspaceFile);
  const methods = portInterface.members.map((member) => sources.find(({ name }) => name?.text === member.name.text));
  const reached = new Map();
  for (const method of methods) reach(method, reached);
  const names = nameAll(reached.keys());
  const compiled = compileModule(flatten(reached, names));
  const scripts = methods.map((method) => [method.name.text, linkScript(method, true, names, compiled).lua]);
  return JSON.stringify(Object.fromEntries(scripts));
}

function readOutput() {
  try {
    return readFileSync(outputFile, "utf8");
  } catch {
    return "";
  }
}

if (process.argv.includes("--port")) {
  process.stdout.write(compilePort());
} else {
  const compiled = compileOperations();
  const isCurrent = readOutput() === compiled;
  if (!process.argv.includes("--check")) {
    if (!isCurrent) writeFileSync(outputFile, compiled);
  } else if (!isCurrent) {
    process.stderr.write("The compiled operations are older than their sources. Run: npm run scripts:lua\n");
    process.exitCode = 1;
  }
}
