import { spawn } from "node:child_process";
import { once } from "node:events";
import type { WriteStream } from "node:tty";
import { displayWidth } from "./layout/display-width.js";

/** What decides whether a text is shown by a pager. */
export interface Paging {
  /** Whether the caller lets it. */
  readonly isWanted: boolean;
  /** Whether lines are not to be wrapped. */
  readonly isWide: boolean;
  readonly env: NodeJS.ProcessEnv;
}

/** Prints a text; by the pager of `PAGER`, else `less`, where it is longer than the terminal. */
export async function show(text: string, stdout: WriteStream, paging: Paging): Promise<void> {
  const pager = pagerFor(text, stdout, paging);
  if (pager !== undefined && (await pageBy(pager, text, paging))) return;
  stdout.write(`${text}\n`);
}

/** @returns a command for a shell; undefined where the text is to be printed as it is */
export function pagerFor(text: string, stdout: Partial<WriteStream>, { isWanted, env }: Paging): string | undefined {
  if (!isWanted || stdout.isTTY !== true || env.TERM === "dumb") return undefined;
  const { rows = 0, columns = 0 } = stdout;
  if (rows === 0 || columns === 0 || rowsOf(text, columns) < rows) return undefined;
  const pager = env.PAGER ?? (process.platform === "win32" ? "more" : "less");
  return pager.trim() === "" || pager.trim() === "cat" ? undefined : pager;
}

function rowsOf(text: string, columns: number): number {
  return text.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
}

/** What a shell says of a command that is not there. */
const NOT_FOUND = 127;

/** @returns false when there is no such pager, and nothing was shown */
async function pageBy(pager: string, text: string, { isWide, env }: Paging): Promise<boolean> {
  // As git does: colours as they are, and no pager for what fits. What the user has set is left alone.
  const usual = { LESS: isWide ? "FRSX" : "FRX", LV: "-c" };
  const child = spawn(pager, { shell: true, stdio: ["pipe", "inherit", "inherit"], env: { ...usual, ...env } });
  const ignore = () => undefined; // Ctrl-C is for the pager
  process.on("SIGINT", ignore);
  child.stdin.on("error", ignore); // whoever has seen enough closes it
  child.stdin.end(`${text}\n`);
  try {
    const [exitCode] = await once(child, "close");
    return exitCode !== NOT_FOUND;
  } catch {
    return false; // there is not even a shell
  } finally {
    process.off("SIGINT", ignore);
  }
}
