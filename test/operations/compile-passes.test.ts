import { createClient } from "@redis/client";
import ts from "typescript";
import * as lua from "typescript-to-lua";
import { expect, it, onTestFinished } from "vitest";
import { InputEncoder } from "../../src/keyspace/redis/scripts/encode-input.js";
import { describeWithServer, startRedis } from "../support/redis/describe-with-redis.js";

const { Inliner } = await import(new URL("../../scripts/inline-functions.mjs", import.meta.url).href);
const { partsOf } = await import(new URL("../../scripts/input-shape.mjs", import.meta.url).href);
const { specialize } = await import(new URL("../../scripts/specialize-input.mjs", import.meta.url).href);

/** Functions that show when something is done at another time, on another variable, or not at all. */
const SOURCE = `
declare const F: any;
interface Box { n: number }
function bump(box: Box): number { box.n += 1; return box.n; }
function double(n: number): number { const twice = n * 2; return twice; }
function read(box: Box): number { return box.n; }
function sign(n: number): string {
  if (n > 0) return "plus";
  if (n < 0) { const text = "minus"; return text; }
  return "none";
}
function shadow(n: number): number { const box = n + 1; let result = box * 10; result += 1; return result; }
function ownCopy(n: number): number { n += 100; return n; }
function firstOver(list: number[], limit: number): number {
  for (const item of list) if (item > limit) return item;
  return -1;
}
function swapped(right: number, left: number): number { return left - right; }
function nothing(box: Box): void { if (box.n > 2) return; box.n += 10; }
function factorial(n: number): number { if (n <= 1) return 1; return n * F.factorial(n - 1); }
function merged(n: number): number {
  let sum = 0;
  if (n > 1) sum += 1;
  else { if (n < -5) return -5; sum -= 1; }
  return sum * 2;
}
function total(parts: { left: number; right: number }): number { return parts.left + parts.right; }
function main(_keyspace: undefined, input: { n: number; list: number[]; inner: { n: number; flag: boolean; text?: string } }): unknown[] {
  const { inner, list } = input;
  const box: Box = { n: input.n };
  const out: unknown[] = [];
  out.push(F.bump(box) + box.n);
  out.push(box.n + F.bump(box));
  out.push(F.read(box) + F.bump(box) + F.read(box));
  out.push(F.double(box.n));
  out.push(F.double(F.double(inner.n)));
  out.push(F.swapped(box.n, F.bump(box)));
  const left = 7;
  const right = 3;
  out.push(F.swapped(left, right));
  out.push(F.sign(box.n));
  out.push(F.sign(-box.n));
  out.push(F.sign(0));
  out.push(F.shadow(left));
  out.push(left);
  out.push(F.ownCopy(left));
  out.push(left);
  out.push(inner.flag && F.bump(box) > 0);
  out.push(inner.flag || F.bump(box) > 0);
  out.push(box.n);
  if (F.bump(box) > 100) out.push("no");
  else if (F.bump(box) > 1) {
    out.push("second");
    out.push(box.n);
  }
  let turns = 0;
  while (F.bump(box) < 20) turns += 1;
  for (const item of list) {
    if (F.sign(item) === "minus") continue;
    out.push(F.double(item));
    out.push(F.firstOver(list, item));
  }
  F.nothing(box);
  const small: Box = { n: input.n };
  F.nothing(small);
  out.push(turns);
  out.push(box.n);
  out.push(small.n);
  out.push(F.factorial(5));
  out.push(F.merged(2));
  out.push(F.merged(0));
  out.push(F.merged(-9));
  let changed = input.n;
  changed += 1;
  const parts = { left: changed, right: F.bump(box) };
  box.n = 0;
  out.push(changed);
  out.push(input.n);
  out.push(parts.left - parts.right);
  out.push(F.total(parts));
  out.push(F.total(inner.flag ? parts : { left: 1, right: 1 }));
  out.push(inner.text === undefined ? "absent" : inner.text);
  out.push(F.read(inner));
  return out;
}
`;

const SHAPE = {
  kind: "object",
  members: {
    n: { kind: "number" },
    list: { kind: "json" },
    inner: {
      kind: "object",
      members: { n: { kind: "number" }, flag: { kind: "boolean" }, text: { kind: "optionalText" } },
    },
  },
};

describeWithServer("the passes over compiled operations", () => {
  const { functions, print } = compile();

  for (const mayInline of ["all", "none", "called once"]) {
    for (const flag of [true, false]) {
      it(`give what the source gives with ${mayInline} of the bodies put in place, and a flag that is ${flag}`, async () => {
        const input = { n: 1, list: [3, -1, 0.5], inner: { n: -2, flag, ...(flag ? { text: "=x" } : {}) } };
        const inliner = new Inliner(
          functions,
          () => mayInline !== "none",
          () => mayInline === "called once",
        );
        const { params = [], body } = inliner.expand("main");
        const names = params.map(({ text }: lua.Identifier) => text);
        const shape = structuredClone(SHAPE);
        const statements = specialize(structuredClone(body.statements), names, shape, 1);
        const others = [...functions.keys()].filter((name) => name !== "main");
        const made = others.map((name) => `F.${name} = ${print(inliner.expand(name))}`).join("\n");
        const text = `local F = {}\n${made}\nlocal function main()\n${statements.map(print).join("\n")}\nend
return cjson.encode(main())`;
        const { url } = await startRedis();
        const client = await createClient({ url }).connect();
        onTestFinished(() => client.destroy());
        const { given } = new InputEncoder(partsOf(shape), 1).encode(input);
        const reply = await client.sendCommand(["EVAL", text, "0", "prefix", ...given]);
        expect(JSON.parse(String(reply))).toEqual(evaluate(input));
        if (mayInline === "all")
          expect(text.slice(text.indexOf("function main"))).not.toMatch(/F\.(swapped|shadow|double|read)\b/);
      });
    }
  }
});

/** What the source gives in JavaScript. */
function evaluate(input: unknown): unknown {
  const { outputText } = ts.transpileModule(SOURCE, { compilerOptions: { target: ts.ScriptTarget.ESNext } });
  const names = [...SOURCE.matchAll(/^function (\w+)/gm)].map(([, name]) => name).join(", ");
  return new Function(
    "input",
    `const F = {}; ${outputText}; Object.assign(F, { ${names} }); return main(undefined, input);`,
  )(input);
}

function compile() {
  const functions = new Map<string, lua.FunctionExpression>();
  let printer: lua.LuaPrinter | undefined;
  lua.transpileString(`${SOURCE}\nexport {};`, {
    luaTarget: lua.LuaTarget.Lua51,
    luaLibImport: lua.LuaLibImportKind.None,
    noImplicitSelf: true,
    luaPlugins: [
      {
        plugin: {
          printer: (program: ts.Program, host: lua.EmitHost, file: string, { statements }: lua.File) => {
            printer = new lua.LuaPrinter(host, program, file);
            for (const statement of statements) {
              if (!lua.isVariableDeclarationStatement(statement)) continue;
              const [name, value] = [statement.left[0]?.text ?? "", statement.right?.[0]];
              if (value !== undefined && lua.isFunctionExpression(value)) functions.set(name, value);
            }
            return printer.print(lua.createFile([], new Set(), ""));
          },
        },
      },
    ],
  } as never);
  const print = (node: lua.Node) =>
    String(
      node.kind === lua.SyntaxKind.FunctionExpression
        ? printer?.printExpression(node as lua.Expression)
        : printer?.printStatement(node as lua.Statement),
    );
  return { functions, print };
}
