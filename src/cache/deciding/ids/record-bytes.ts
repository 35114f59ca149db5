import type { Mutable } from "../../../common/mutable.js";
import { DECISION_KINDS, type DecisionRecord } from "./decision-record.js";

// A decision as bytes: ids are to be short enough for a model to repeat in a tool call. Only what was sealed is read, so
// nothing is checked again.

/** Added to the place of the kind. */
const OPEN = 8;

export function bytesOf(record: DecisionRecord): Buffer {
  const { kind, actionNumbers, context, coin } = record;
  const writer = new Writer(scratch);
  writer.integer(DECISION_KINDS.indexOf(kind) + (record.isOpen ? OPEN : 0));
  writer.text(record.agentId);
  writer.text(record.stateFingerprint);
  writer.text(record.actionType);
  writer.integer(actionNumbers.length);
  for (const number of actionNumbers) writer.integer(number);
  writer.number(record.decidedAtSeconds);
  writer.number(record.qValue);
  if (isShort(record)) return writer.end();
  writer.number(record.propensity);
  writer.number(record.errorBudget ?? 0);
  writer.integer(context.length);
  for (const name of context) writer.text(name);
  writer.text(record.episodeId);
  writer.text(record.stateFeatures);
  writer.text(record.actionSpec);
  writer.text(record.params);
  if (coin !== undefined) {
    writer.text(coin.actionType);
    writer.integer(coin.actionNumber);
    writer.number(coin.takenPropensity);
  }
  return writer.end();
}

/** Whether the rest is at its default, as in most decisions: then it is not written. */
function isShort(record: DecisionRecord): boolean {
  const { propensity, errorBudget, coin, context, episodeId, stateFeatures, actionSpec, params } = record;
  const isPlain = propensity === 1 && errorBudget === undefined && coin === undefined && context.length === 0;
  return isPlain && episodeId === "" && stateFeatures === "" && actionSpec === "" && params === "";
}

export function recordFrom(bytes: Buffer): DecisionRecord {
  const reader = new Reader(bytes);
  const kind = reader.integer();
  const record: Mutable<DecisionRecord> = {
    kind: DECISION_KINDS[kind % OPEN] ?? "fallback",
    isOpen: kind >= OPEN,
    agentId: reader.text(),
    stateFingerprint: reader.text(),
    actionType: reader.text(),
    actionNumbers: reader.integers(),
    decidedAtSeconds: reader.number(),
    qValue: reader.number(),
    propensity: 1,
    errorBudget: undefined,
    context: [],
    episodeId: "",
    stateFeatures: "",
    actionSpec: "",
    params: "",
  };
  if (reader.isAtEnd) return record;
  record.propensity = reader.number();
  record.errorBudget = reader.number() || undefined;
  record.context = reader.texts();
  record.episodeId = reader.text();
  record.stateFeatures = reader.text();
  record.actionSpec = reader.text();
  record.params = reader.text();
  if (reader.isAtEnd) return record;
  record.coin = { actionType: reader.text(), actionNumber: reader.integer(), takenPropensity: reader.number() };
  return record;
}

/** Sealing copies what is written, before anything else is. */
const scratch = Buffer.allocUnsafe(4096);

class Writer {
  #buffer: Buffer;
  #length = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Of at least 0: seven bits a byte, the lowest first. */
  integer(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#length++] = rest;
  }

  number(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.integer(bytes);
    this.#reserve(bytes);
    this.#length += this.#buffer.write(value, this.#length);
  }

  end(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  integer(): number {
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value += (byte % 128) * weight;
      if (byte < 128) return value;
      weight *= 128;
    }
  }

  number(): number {
    const value = this.#bytes.readDoubleLE(this.#position);
    this.#position += 8;
    return value;
  }

  text(): string {
    const end = this.integer() + this.#position;
    const text = this.#bytes.toString("utf8", this.#position, end);
    this.#position = end;
    return text;
  }

  integers(): readonly number[] {
    const integers: number[] = [];
    for (let left = this.integer(); left > 0; left -= 1) integers.push(this.integer());
    return integers;
  }

  texts(): readonly string[] {
    const texts: string[] = [];
    for (let left = this.integer(); left > 0; left -= 1) texts.push(this.text());
    return texts;
  }
}
