/** What values a constant may have. */
export interface Range<Value> {
  /** In words, as part of "expected ...". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Never there: tells the type. */
  readonly value?: Value;
}

/** What the table in docs/tuning.md says besides the effect. */
export interface Advice {
  /** The part of the range that makes sense in practice. */
  readonly useful?: string;
  /** Of a value whose name does not tell it. */
  readonly unit?: string;
  /** The page, and its section, that tells more. */
  readonly page?: string;
}

/** One tuning constant: the library's own value, what other values it may have, and advice. */
export class Constant<Value> {
  readonly value: Value;
  readonly range: Range<Value>;
  readonly advice: Advice;

  constructor(value: Value, range: Range<Value>, advice: Advice) {
    this.value = value;
    this.range = range;
    this.advice = advice;
  }
}

export function constant<Value>(value: Value, range: Range<Value>, advice: Advice = {}): Constant<Value> {
  return new Constant(value, range, advice);
}

function numbers(expected: string, accepts: (value: number) => boolean): Range<number> {
  return { expected, accepts: (value) => typeof value === "number" && Number.isFinite(value) && accepts(value) };
}

export const anyNumber = numbers("a finite number", () => true);
export const positive = numbers("a number above 0", (value) => value > 0);
export const proportion = numbers("a number from 0 to 1", (value) => value >= 0 && value <= 1);
export const properProportion = numbers("a number above 0 and below 1", (value) => value > 0 && value < 1);
export const belowOne = numbers("a number from 0 to below 1", (value) => value >= 0 && value < 1);
export const atMostOne = numbers("a number above 0, at most 1", (value) => value > 0 && value <= 1);

export function atLeast(least: number): Range<number> {
  return numbers(`a number of at least ${least}`, (value) => value >= least);
}

export function between(least: number, most: number): Range<number> {
  return numbers(`a number from ${least} to ${most}`, (value) => value >= least && value <= most);
}

export function integerFrom(least: number, most = Number.POSITIVE_INFINITY): Range<number> {
  const expected = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
  return numbers(`an integer ${expected}`, (value) => Number.isInteger(value) && value >= least && value <= most);
}

export const flag: Range<boolean> = { expected: "true or false", accepts: (value) => typeof value === "boolean" };

export function oneOf<const Word extends string>(...words: readonly Word[]): Range<Word> {
  const quoted = words.map((word) => `"${word}"`);
  const expected = [quoted.slice(0, -1).join(", "), quoted.at(-1)].filter((part) => part !== "").join(" or ");
  return { expected, accepts: (value) => words.some((word) => word === value) };
}

/** What either range accepts. */
export function either<Left, Right>(left: Range<Left>, right: Range<Right>): Range<Left | Right> {
  return {
    expected: `${left.expected}, or ${right.expected}`,
    accepts: (value) => left.accepts(value) || right.accepts(value),
  };
}
