// Shows what Redis runs.
//
//   npm run lua                     lists the operations
//   npm run lua -- report-outcome   prints the script of one, with the source of every function

import { assembleScript, functionAt, type Script } from "../../src/keyspace/redis/scripts/assemble-script.js";
import { type CompiledOperations, compileOperations } from "./library.js";

const [wanted] = process.argv.slice(2);
const compiled = compileOperations();
if (wanted === undefined) process.stdout.write(overview(compiled));
else if (wanted in compiled.operations) process.stdout.write(readable(scriptOf(wanted, compiled), compiled));
else {
  process.stderr.write(`There is no operation ${wanted}. npm run lua lists them.\n`);
  process.exitCode = 1;
}

function scriptOf(name: string, { library, operations }: CompiledOperations): Script {
  const { main = name, access } = operations[name] ?? {};
  return assembleScript(library, main, access !== "write");
}

function overview(compiled: CompiledOperations): string {
  const rows = Object.entries(compiled.operations).map(([name, { access }]) => {
    const functions = scriptOf(name, compiled)
      .lua.split("\n")
      .filter((line) => functionAt(line) !== undefined);
    return `${name.padEnd(26)}${access.padEnd(13)}${String(functions.length).padStart(4)} functions\n`;
  });
  return rows.join("");
}

function readable({ lua }: Script, { library }: CompiledOperations): string {
  const lines = lua.split("\n").map((line) => {
    const name = functionAt(line);
    return name === undefined ? line : `\n-- ${library[name]?.source}\n${line}`;
  });
  return `${lines.join("\n")}\n`;
}
