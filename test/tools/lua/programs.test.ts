import { execFileSync } from "node:child_process";
import { createClient, RESP_TYPES } from "@redis/client";
import fc from "fast-check";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assembleScript, type Script } from "../../../src/keyspace/redis/scripts/assemble-script.js";
import { encodeInput } from "../../../src/keyspace/redis/scripts/encode-input.js";
import { decodeMessagePack } from "../../../src/keyspace/redis/scripts/message-pack.js";
import type { Declaration } from "../../../tools/lua/declaration.js";
import { compileLibrary } from "../../../tools/lua/library.js";
import { OPTIONS } from "../../../tools/lua/options.js";
import { Sources } from "../../../tools/lua/sources.js";
import { describeWithRedis } from "../../support/redis/describe-with-redis.js";
import { inputs, programs, SHARED } from "./random-program.js";

/** Compiling one program takes about as long as compiling many. */
const PROGRAMS_AT_ONCE = { minLength: 1, maxLength: 30, size: "max" } as const;
const BATCHES = 5;

describeWithRedis("programs compiled to Lua", (server) => {
  const connect = () => createClient({ url: server.url }).connect();
  let client: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    client = await connect();
  });
  afterAll(() => client.destroy());

  async function run({ lua }: Script, input: unknown): Promise<unknown> {
    const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
    const reply = await client.sendCommand(["EVAL", lua, "0", "prefix", encodeInput(input).packed], asBytes);
    return decodeMessagePack(reply as unknown as Buffer, []);
  }

  it("give what they give in JavaScript", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(programs, PROGRAMS_AT_ONCE),
        fc.array(inputs, { minLength: 3, maxLength: 3 }),
        async (texts, given) => {
          const scripts = compile(texts);
          for (const [index, text] of texts.entries()) {
            for (const input of given) {
              const expected = evaluate(text, structuredClone(input));
              expect(await run(scripts[index] as Script, input), text).toEqual(asLuaWrites(expected));
            }
          }
        },
      ),
      { numRuns: BATCHES, endOnFailure: true },
    );
  }, 300_000);
});

describe("the compiler", () => {
  it("refuses what a script cannot have, and names it", () => {
    expect(() => compile(["export function main(list: number[]) { return list.slice(1); }"])).toThrow(
      /library functions[\s\S]*__TS__ArraySlice/,
    );
  });

  it("lists operations, and prints the script of one with the sources of its functions", () => {
    const print = (...given: readonly string[]) =>
      execFileSync("npm", ["run", "--silent", "lua", "--", ...given], { encoding: "utf8" });
    expect(print()).toMatch(/^report-outcome +write +\d+ functions$/m);
    expect(print("append-outcome")).toMatch(
      /\n-- appendOnce \(src\/operations\/\S+\.ts:\d+\)\nappendOnce = function\(keyspace, stream, seen/,
    );
  }, 120_000);
});

/** A script for each program, by way of one library. */
function compile(texts: readonly string[]): readonly Script[] {
  const files = new Map([["/programs/shared.ts", SHARED]]);
  for (const [index, text] of texts.entries()) files.set(`/programs/program${index}.ts`, text);
  const sources = new Sources(programOf(files));
  const mains = texts.map((_, index) => {
    const { statements } = sources.program.getSourceFile(`/programs/program${index}.ts`) as ts.SourceFile;
    return statements.filter(ts.isFunctionDeclaration).find(({ name }) => name?.text === "main") as Declaration;
  });
  const { library, names } = compileLibrary(sources, mains);
  return mains.map((main) => assembleScript(library, names.get(main) ?? "", false, "cmsgpack.unpack(ARGV[2])"));
}

const libraryFiles = new Map<string, ts.SourceFile | undefined>();

function programOf(files: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.directoryExists = () => true;
  host.getSourceFile = (name, version) => {
    const text = files.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, version, true);
    if (!libraryFiles.has(name)) libraryFiles.set(name, getSourceFile(name, version));
    return libraryFiles.get(name);
  };
  return ts.createProgram([...files.keys()], OPTIONS, host);
}

function evaluate(text: string, input: unknown): unknown {
  const plain = (module: string) => module.replace(/^import .*$/gm, "").replace(/^export /gm, "");
  const { outputText } = ts.transpileModule(`${plain(SHARED)}\n${plain(text)}`, {
    compilerOptions: { target: ts.ScriptTarget.ESNext },
  });
  return new Function("input", `${outputText}\nreturn main(input);`)(input);
}

/** What a script writes of a value: no member that is undefined, an empty list for an empty map, and 0 for -0. */
function asLuaWrites(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(asLuaWrites);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return entries.length === 0 ? [] : Object.fromEntries(entries.map(([name, member]) => [name, asLuaWrites(member)]));
}
