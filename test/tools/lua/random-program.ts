import fc, { type Arbitrary } from "fast-check";

// Programs as operations are: numbers, texts, lists, records with optional members, loops, early returns, functions that
// call others and change what they are given. They hold to what operations hold to, because JavaScript and Lua differ in the
// rest: conditions are true or false, texts are only compared for equality, only whole numbers are written as texts, nothing
// depends on the order of a record's members, and nothing is put on a list by what changes that list.

/** What every program shares: constants, a rare function, one that calls itself, one that takes a function. */
export const SHARED = `
export interface Box { amount: number; label: string; items: number[]; extra?: number }
export const LIMIT = 7;
export const PREFIX = "p:";
export const WEIGHTS: readonly number[] = [0.5, -2, 3];
export const NAMED: { readonly [name: string]: number } = { a: 1, b: LIMIT };
/** @rare */
export function seldom(amount: number): string { return amount > LIMIT ? PREFIX + "many" : "few"; }
export function factorial(whole: number): number { return whole <= 1 ? 1 : whole * factorial(whole - 1); }
export function bump(box: Box): number { box.amount += 1; box.items.push(box.amount); return box.amount; }
export function sumBy(list: readonly number[], weigh: (item: number) => number): number {
  let sum = 0;
  for (const item of list) sum += weigh(item);
  return sum;
}
export function copyOf(box: Box): Box {
  const items: number[] = [];
  for (const item of box.items) items.push(item);
  const copy: Box = { amount: box.amount, label: box.label, items };
  if (box.extra !== undefined) copy.extra = box.extra;
  return copy;
}
`;

const IMPORTS = `import { type Box, LIMIT, PREFIX, WEIGHTS, NAMED, seldom, factorial, bump, sumBy, copyOf } from "./shared.js";`;

/** Every function has these to work with, so that any statement fits anywhere. */
const VARIABLES = `
  let n1 = 1; let turns = 0; let s1 = ""; let b0 = n0 > 1; let maybe: number | undefined;
  const list: number[] = [n0, 1, n0 / 2]; const record: { [name: string]: number } = { a: n0 };`;

const name = fc.constantFrom("a", "b", "c", "d");

type Expressions = { number: string; whole: string; text: string; condition: string };

/** @param helpers - how many functions may be called: those made before this one */
function expressions(helpers: number): { [Kind in keyof Expressions]: Arbitrary<string> } {
  const calls: (readonly [string, number])[] = Array.from({ length: helpers }, (_, index) => [`helper${index}`, index]);
  return fc.letrec<Expressions>((tie) => {
    const [number, whole, text, condition] = [tie("number"), tie("whole"), tie("text"), tie("condition")];
    const both = (left: Arbitrary<string>, signs: readonly string[], right: Arbitrary<string>) =>
      fc.tuple(left, fc.constantFrom(...signs), right).map(([a, sign, b]) => `(${a} ${sign} ${b})`);
    return {
      number: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("n0", "n1", "box.amount", "0", "1", "-3", "0.1", "LIMIT", "1e9"),
        whole,
        both(number, ["+", "-"], number),
        both(number, ["*", "/"], fc.constantFrom("2", "3", "-0.5", "0.7")),
        fc.tuple(number, number).map(([a, b]) => `Math.min(${a}, ${b})`),
        fc.tuple(number, number).map(([a, b]) => `Math.max(${a}, ${b})`),
        number.map((a) => `Math.floor(${a})`),
        fc.tuple(condition, number, number).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
        fc.tuple(fc.constantFrom("maybe", "box.extra"), number).map(([a, b]) => `(${a} ?? ${b})`),
        fc.tuple(fc.constantFrom("list", "WEIGHTS"), whole, number).map(([a, b, c]) => `(${a}[${b}] ?? ${c})`),
        fc.tuple(name, number).map(([a, b]) => `(record["${a}"] ?? NAMED["${a}"] ?? ${b})`),
        fc.constantFrom("bump(box)", "factorial(4)", "sumBy(list, (item) => item * 2 + n1)"),
        ...calls.map(([called]) => fc.tuple(number, text).map(([a, b]) => `${called}(${a}, ${b}, box)`)),
        ...calls.map(([called]) => number.map((a) => `${called}(${a}, "own", copyOf(box))`)),
      ),
      whole: fc.oneof(
        { maxDepth: 2 },
        fc.constantFrom("0", "1", "2", "turns", "list.length", "s1.length", "LIMIT"),
        both(whole, ["+"], whole),
      ),
      text: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom("s0", "s1", "box.label", '""', '"x\\ty\\"z"', "PREFIX", "seldom(n1)"),
        both(text, ["+"], text),
        fc.tuple(text, whole).map(([a, b]) => `\`\${${a}}-\${${b}}\``),
        fc.tuple(condition, text, text).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      ),
      condition: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom("b0", "true", "false", "(maybe === undefined)", "(box.extra !== undefined)", "(n0 > n1)"),
        both(number, ["<", "<=", ">", ">=", "===", "!=="], number),
        both(text, ["===", "!=="], text),
        both(condition, ["&&", "||", "===", "!=="], condition),
        condition.map((a) => `!${a}`),
      ),
    };
  });
}

function statements(helpers: number): Arbitrary<string> {
  const { number, whole, text, condition } = expressions(helpers);
  const { block } = fc.letrec<{ readonly block: string; readonly statement: string; readonly inLoop: string }>(
    (tie) => {
      const block = tie("block");
      /** Bodies of loops may end early, or go on with the next round. */
      const inLoop = fc
        .tuple(fc.option(fc.tuple(condition, fc.constantFrom("break", "continue"))), block, block)
        .map(([leave, before, after]) => `${before}${leave === null ? "" : `if (${leave[0]}) ${leave[1]};\n`}${after}`);
      return {
        block: fc.array(tie("statement"), { maxLength: 4, depthIdentifier: "block" }).map((list) => list.join("")),
        inLoop,
        statement: fc
          .oneof(
            { maxDepth: 3, depthIdentifier: "block" },
            fc
              .tuple(fc.constantFrom("n0", "n1", "box.amount", "box.extra", "maybe"), number)
              .map(([a, b]) => `${a} = ${b};`),
            fc.tuple(fc.constantFrom("+=", "-="), number).map(([sign, a]) => `n1 ${sign} ${a};`),
            text.map((a) => `s1 = ${a};`),
            condition.map((a) => `b0 = ${a};`),
            number.map((a) => `out.push(${a});`),
            number.map((a) => `{ const item = ${a}; if (box.items.length < 20) box.items.push(item); }`),
            fc.tuple(name, number).map(([a, b]) => `record["${a}"] = ${b};`),
            fc.tuple(whole, number).map(([a, b]) => `if (${a} < list.length) list[${a}] = ${b};`),
            fc.tuple(number, number).map(([a, b]) => `{ const [first, second] = [${a}, ${b}]; n1 = first - second; }`),
            fc.constant("{ const { amount, label, extra } = box; n1 = amount + (extra ?? 0); s1 = label; }"),
            fc.constant("for (const key in record) n1 = Math.max(n1, record[key] ?? 0);"),
            number.map((a) => `{ const own = (item: number): number => item + ${a}; n0 = own(n1); }`),
            fc.tuple(condition, block).map(([a, b]) => `if (${a}) {\n${b}}`),
            fc.tuple(condition, block, block).map(([a, b, c]) => `if (${a}) {\n${b}} else {\n${c}}`),
            fc.tuple(condition, number).map(([a, b]) => `if (${a}) return ${b};`),
            tie("inLoop").map((a) => `for (const item of WEIGHTS) {\nn1 = item;\n${a}}`),
            tie("inLoop").map((a) => `for (let index = 0; index < 3; index += 1) {\nn0 = index;\n${a}}`),
            fc.tuple(condition, tie("inLoop")).map(([a, b]) => `while (turns < 5 && ${a}) {\nturns += 1;\n${b}}`),
          )
          .map((statement) => `${statement}\n`),
      };
    },
  );
  return fc.array(block, { minLength: 1, maxLength: 3 }).map((blocks) => blocks.join(""));
}

const HELPERS = 3;

/** The text of a module with a function `main`. */
export const programs: Arbitrary<string> = fc
  .tuple(...Array.from({ length: HELPERS + 1 }, (_, index) => fc.tuple(statements(index), expressions(index).number)))
  .map((bodies) => {
    const functions = bodies.map(([body, result], index) => {
      const [head, before, returned] =
        index < HELPERS
          ? [`function helper${index}(n0: number, s0: string, box: Box): number`, "const out: number[] = [];", result]
          : [
              "export function main(input: { n: number; text: string; box: Box }): unknown",
              "let { n: n0, text: s0 } = input; const { box } = input; const out: number[] = [];",
              `{ result: ${result}, n0, n1, s0, s1, b0, turns, out, list, record, box, maybe }`,
            ];
      return `${head} {\n${before}${VARIABLES}\n${body}return ${returned};\n}\n`;
    });
    return `${IMPORTS}\n${functions.join("")}`;
  });

const amount = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));

/** What `main` is given. */
export const inputs: Arbitrary<unknown> = fc.record({
  n: amount,
  text: fc.constantFrom("", "text", '"quoted" \\ {%d}', "line\nand\ttab"),
  box: fc.record(
    { amount, label: fc.constantFrom("", "label"), items: fc.array(amount, { maxLength: 3 }), extra: amount },
    { requiredKeys: ["amount", "label", "items"] },
  ),
});
