import { createReadStream } from "node:fs";
import { InvalidArgumentError } from "../../common/errors.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { jsonErrorText } from "../output/json-error.js";
import { unreadableError } from "../output/unreadable-error.js";
import { decodedText } from "./decoded-text.js";
import { refuseRoundedIntegers } from "./rounded-integers.js";

/** Longest text read for one JSON argument. The library takes 1 MiB of canonical text. */
const MAX_BYTES = 4_194_304;

/** How options that take JSON explain themselves. */
export const JSON_FORMS = "JSON object, @file or - for stdin";

/**
 * Reads a JSON object given as itself, as `@file`, or as `-` for stdin.
 *
 * @param parameter - the option as the caller types it, such as `--state`
 * @throws {@link InvalidArgumentError} naming the option when it is no JSON object
 * @throws {@link CliError} INPUT_UNREADABLE
 */
export async function readJsonArgument(parameter: string, argument: string): Promise<JsonObject> {
  const text = await textOf(parameter, argument);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(parameter, text, `valid JSON (${jsonErrorText(error)})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError(parameter, value, "a JSON object");
  }
  refuseRoundedIntegers(value, text, parameter);
  return value as JsonObject;
}

async function textOf(parameter: string, argument: string): Promise<string> {
  if (argument === "-") return readText(parameter, "stdin", process.stdin);
  if (argument.startsWith("@")) return readText(parameter, argument.slice(1), createReadStream(argument.slice(1)));
  return argument;
}

async function readText(parameter: string, source: string, stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const bytes of decodedText(stream as AsyncIterable<Buffer>)) {
      size += bytes.length;
      if (size > MAX_BYTES) break;
      chunks.push(bytes);
    }
  } catch (error) {
    throw unreadableError(source, error);
  }
  if (size > MAX_BYTES) throw new InvalidArgumentError(parameter, source, `at most ${MAX_BYTES} bytes`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new InvalidArgumentError(parameter, source, "text in UTF-8 or UTF-16");
  }
}
