import { createHash } from "node:crypto";
import { DataFormatError } from "../common/errors.js";
import { type ContentLine, checkHeader, type EndLine, type HeaderLine, requireKnownKey } from "./export-format.js";

/** Text or bytes, cut anywhere. */
export type ExportSource = AsyncIterable<string | Uint8Array>;

/**
 * The header of an export, then its content line by line.
 *
 * @throws {@link DataFormatError} for a line that is damaged; at the end, when lines are missing or were changed
 */
export async function* readExport(source: ExportSource): AsyncGenerator<HeaderLine | ContentLine> {
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

const LINE_FEED = 10;

async function* splitLines(source: ExportSource): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  for await (const chunk of source) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
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

const PARTS: Readonly<Record<ContentLine["kind"], Readonly<Record<string, string>>>> = {
  record: { shard: "number", key: "string", id: "string", fields: "object" },
  score: { shard: "number", key: "string", member: "string", score: "number" },
  member: { shard: "number", key: "string", member: "string" },
  bits: { shard: "number", key: "string", positions: "object" },
  counter: { shard: "number", key: "string", value: "number" },
  stream: { stream: "string", parts: "object" },
  entry: { shard: "number", stream: "string", id: "string", pending: "object" },
};

/** Shapes that would break what reads them; that nothing was changed otherwise is proven by the checksum. */
function checkContent(line: object, number: number, shards: number): ContentLine {
  const { kind } = line as { kind?: unknown };
  const parts = typeof kind === "string" && Object.hasOwn(PARTS, kind) ? PARTS[kind as ContentLine["kind"]] : undefined;
  if (parts === undefined) throw damaged(`line ${number} is of no known kind`);
  for (const [name, type] of Object.entries(parts)) {
    const value: unknown = Reflect.get(line, name);
    if (typeof value !== type || value === null) throw damaged(`line ${number} has no ${name}`);
  }
  const content = line as ContentLine;
  if (content.kind !== "stream" && content.kind !== "entry") requireKnownKey(content);
  const named = content.kind === "stream" ? content.parts.map(({ shard }) => shard) : [content.shard];
  if (named.every((shard) => Number.isInteger(shard) && shard >= 0 && shard < shards)) return content;
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
