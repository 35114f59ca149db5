import { createReadStream, openSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { addAbortSignal, type Readable } from "node:stream";
import { InvalidArgumentError } from "../../../common/errors.js";
import { decodedText } from "../../input/decoded-text.js";
import { unreadable, unreadableError } from "../../output/unreadable-error.js";

/** One place events are read from. */
export interface EventSource {
  /** As the caller wrote it, or `stdin`: how messages call it. */
  readonly name: string;
  /** Undefined when it cannot be known, such as that of a pipe. */
  readonly sizeBytes: number | undefined;
  readonly open: () => Readable;
}

/**
 * Looks at every source before the first is read, so that a misspelt name changes nothing.
 *
 * @throws {@link CliError} INPUT_UNREADABLE naming the file
 */
export async function findSources(names: readonly string[]): Promise<readonly EventSource[]> {
  if (names.filter((name) => name === "-").length > 1) {
    throw new InvalidArgumentError("events", "-", "stdin only once among the sources");
  }
  return Promise.all(names.map(findSource));
}

async function findSource(name: string): Promise<EventSource> {
  if (name === "-") return { name: "stdin", sizeBytes: undefined, open: () => process.stdin };
  try {
    const found = await stat(name);
    if (found.isDirectory()) throw unreadable(name, "it is a folder");
    await access(name, constants.R_OK);
    const open = () => (found.isFIFO() ? openPipe(name) : createReadStream(name));
    return { name, sizeBytes: found.isFile() ? found.size : undefined, open };
  } catch (error) {
    throw unreadableError(name, error);
  }
}

/**
 * A named pipe that nobody writes to yet. Opened like a file it would hold a thread until somebody does, which no signal ends,
 * and the end of the process would wait for that thread.
 */
function openPipe(name: string): Readable {
  const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

/**
 * The text of a source in UTF-8, chunk by chunk. Ends early, without an error, when `signal` aborts.
 *
 * @param onRead - told how many bytes were read, of the file as it is
 * @throws {@link CliError} INPUT_UNREADABLE naming the file, and the line where it stopped
 */
export async function* readChunks(
  source: EventSource,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  let lines = 0;
  try {
    const bytes = addAbortSignal(signal, source.open());
    for await (const chunk of decodedText(counted(bytes, onRead))) {
      yield chunk;
      lines += lineBreaks(chunk);
    }
  } catch (error) {
    if (!signal.aborted) throw unreadableError(source.name, error, lines);
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onRead(chunk.length);
    yield chunk;
  }
}

const LINE_FEED = 0x0a;

function lineBreaks(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}
