import { createHash } from "node:crypto";
import { DataFormatError, InvalidArgumentError } from "../common/errors.js";
import { isArray } from "../common/given/plain-object.js";
import { faultOf } from "./check-line.js";
import { type ContentLine, checkHeader, type EndLine, type HeaderLine } from "./export-format.js";

/** Text or bytes, cut anywhere. */
export type ExportSource = AsyncIterable<string | Uint8Array>;

/**
 * The header of an export, then its content line by line.
 *
 * @throws {@link DataFormatError} for a line that is damaged; at the end, when lines are missing or were changed
 */
export async function* readExport(source: ExportSource): AsyncGenerator<HeaderLine | ContentLine> {
  checkSource(source);
  const hash = createHash("sha256");
  let number = 0;
  let shards = 0;
  let end: EndLine | undefined;
  for await (const bytes of splitLines(source)) {
    number += 1;
    if (end !== undefined) throw damaged(`line ${number} comes after its end`);
    const line = parseLine(bytes, number);
    if (number === 1) {
      const header = checkHeader(line);
      shards = header.shards;
      yield header;
    } else if (isEnd(line)) {
      end = line;
      continue;
    } else yield checkContent(line, number, shards);
    hash.update(bytes).update("\n");
  }
  if (end === undefined) throw damaged(`it stops after line ${number}, without its end`);
  if (end.lines !== number - 1) throw damaged(`it has ${number - 1} lines and should have ${end.lines}`);
  if (end.sha256 !== hash.digest("hex")) throw damaged("its checksum does not fit");
}

function checkSource(source: ExportSource): void {
  const isSource = typeof source === "object" && source !== null && !isArray(source);
  if (isSource && typeof Reflect.get(source, Symbol.asyncIterator) === "function") return;
  const details = { hint: "Give `createReadStream(path)`, or what `exportStore` yields." };
  throw new InvalidArgumentError("source", source, "an async iterable of text or bytes", details);
}

const LINE_FEED = 10;

async function* splitLines(source: ExportSource): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  for await (const chunk of source) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (!(bytes instanceof Uint8Array)) throw new InvalidArgumentError("source", chunk, "text or bytes");
    let start = 0;
    for (let feed = bytes.indexOf(LINE_FEED); feed >= 0; feed = bytes.indexOf(LINE_FEED, start)) {
      yield Buffer.concat([...rest, bytes.subarray(start, feed)]);
      rest = [];
      start = feed + 1;
    }
    rest.push(bytes.subarray(start));
  }
  const last = Buffer.concat(rest);
  if (last.length > 0) yield last;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parseLine(bytes: Uint8Array, number: number): object {
  try {
    const line: unknown = JSON.parse(utf8.decode(bytes));
    if (typeof line === "object" && line !== null) return line;
  } catch {
    // Told below: what is wrong with the text of a damaged line helps nobody.
  }
  if (number === 1) return {}; // the header's check says what the file is not
  throw damaged(`line ${number} is not readable`);
}

function checkContent(line: object, number: number, shards: number): ContentLine {
  const fault = faultOf(line);
  if (fault !== undefined) throw damaged(`line ${number} ${fault}`);
  const content = line as ContentLine;
  const named = content.kind === "stream" ? content.parts.map(({ shard }) => shard) : [content.shard];
  if (named.every((shard) => shard < shards)) return content;
  throw damaged(`line ${number} is of a shard that the store did not have`);
}

function isEnd(line: object): line is EndLine {
  return Reflect.get(line, "kind") === "end";
}

function damaged(what: string): DataFormatError {
  return new DataFormatError(`The export is damaged: ${what}.`, {
    hint: "Export the store again, or use another copy.",
  });
}
