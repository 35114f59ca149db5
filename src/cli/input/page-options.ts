import type { Command } from "commander";
import { integerOption } from "./options.js";

export interface PageOptionValues {
  readonly limit: number;
  readonly after?: string;
}

/** Adds `--limit` and `--after`: the place where a page ends is the `--after` of the next one, whatever is added meanwhile. */
export function addPageOptions(command: Command, things: string, usual: number): Command {
  return command
    .option("--limit <n>", `${things} to show, 1 to 1000`, integerOption("--limit", { min: 1, max: 1000 }), usual)
    .option("--after <cursor>", "go on where the page before ended: its `next`");
}

/** The place as the library takes it. */
export function placeOf({ after }: PageOptionValues): { readonly after?: string } {
  return after === undefined ? {} : { after };
}

/** How a page says that it is not the last. */
export function moreText(next: string | undefined): string {
  return next === undefined ? "" : `\n\nMore with --after ${quoted(next)}`;
}

/** As a shell takes it. */
function quoted(text: string): string {
  return /^[\w.:/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
