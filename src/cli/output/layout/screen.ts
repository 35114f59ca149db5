import type { WriteStream } from "node:tty";
import { wantsColours } from "./colours.js";

/** How text is shown: in so many columns, and marked for the eye where colours are wanted. */
export interface Screen {
  /** Columns of a line; Infinity where lines may be of any length. */
  readonly width: number;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

/** Narrower ones wrap lines by themselves. */
const FEWEST_COLUMNS = 60;

/** What a stream shows. In a pipe or a file lines are as long as they are, unless `COLUMNS` is exported. */
export function screenOf(stream: Partial<WriteStream>, env: NodeJS.ProcessEnv, isWide: boolean): Screen {
  const marks = wantsColours(stream, env) ? coloured : plain;
  const asked = /^\d+$/.test(env.COLUMNS ?? "") ? Number(env.COLUMNS) : 0;
  const columns = stream.isTTY === true && stream.columns !== undefined ? stream.columns : asked;
  return { ...marks, width: isWide || columns === 0 ? Number.POSITIVE_INFINITY : Math.max(columns, FEWEST_COLUMNS) };
}

type Marks = Omit<Screen, "width">;

const as = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;
const coloured: Marks = { bold: as(1, 22), dim: as(2, 22), good: as(32, 39), bad: as(31, 39) };

const same = (text: string) => text;
const plain: Marks = { bold: same, dim: same, good: same, bad: same };
