import { DECISION_KINDS, type DecisionRecord } from "./decision-record.js";

// A decision as bytes: ids are to be short enough for a model to repeat in a tool call. Only what was sealed is read, so
// nothing is checked again.

/** Added to the place of the kind. */
const OPEN = 8;

export function bytesOf(record: DecisionRecord): Buffer {
  const { kind, actionNumbers, context } = record;
  const writer = new Writer(scratch);
  writer.integer(DECISION_KINDS.indexOf(kind) + (record.isOpen ? OPEN : 0));
  writer.text(record.agentId);
  writer.text(record.stateFingerprint);
  writer.text(record.actionType);
  writer.integer(actionNumbers.length);
  for (const number of actionNumbers) writer.integer(number);
  writer.number(record.decidedAtSeconds);
  writer.number(record.qValue);
  // Most decisions end here: what is at its default is not written.
  const rest = [record.episodeId, record.stateFeatures, record.actionSpec, record.params];
  if (
    record.propensity === 1 &&
    record.errorBudget === undefined &&
    record.coin === undefined &&
    context.length === 0 &&
    rest.every((text) => text === "")
  ) {
    return writer.end();
  }
  writer.number(record.propensity);
  writer.number(record.errorBudget ?? 0);
  writer.integer(context.length);
  for (const name of context) writer.text(name);
  for (const text of rest) writer.text(text);
  if (record.coin !== undefined) {
    writer.text(record.coin.actionType);
    writer.integer(record.coin.actionNumber);
    writer.number(record.coin.takenPropensity);
  }
  return writer.end();
}

export function recordFrom(bytes: Buffer): DecisionRecord {
  const reader = new Reader(bytes);
  const kind = reader.integer();
  const record = {
    kind: DECISION_KINDS[kind % OPEN] ?? "fallback",
    isOpen: kind >= OPEN,
    agentId: reader.text(),
    stateFingerprint: reader.text(),
    actionType: reader.text(),
    actionNumbers: reader.list(() => reader.integer()),
    decidedAtSeconds: reader.number(),
    qValue: reader.number(),
  };
  if (reader.isAtEnd) {
    const none = { episodeId: "", stateFeatures: "", actionSpec: "", params: "" };
    return { ...record, propensity: 1, errorBudget: undefined, context: [], ...none };
  }
  const propensity = reader.number();
  const errorBudget = reader.number();
  const context = reader.list(() => reader.text());
  const [episodeId, stateFeatures, actionSpec, params] = [reader.text(), reader.text(), reader.text(), reader.text()];
  const drawn = { propensity, errorBudget: errorBudget === 0 ? undefined : errorBudget };
  const whole = { ...record, ...drawn, context, episodeId, stateFeatures, actionSpec, params };
  if (reader.isAtEnd) return whole;
  const coin = { actionType: reader.text(), actionNumber: reader.integer(), takenPropensity: reader.number() };
  return { ...whole, coin };
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

  list<Member>(read: () => Member): readonly Member[] {
    return Array.from({ length: this.integer() }, read);
  }
}
