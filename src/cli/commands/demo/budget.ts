import { DEFAULT_CODEC } from "./files/codec.js";
import { bestRoundMs, type Limits, warmUp } from "./files/measure.js";
import type { PickedFile } from "./files/pick-files.js";
import type { SizeClass } from "./files/size-class.js";

/** What the files of one size class may take on this machine. */
export interface Budget {
  readonly sizeClass: SizeClass;
  /** What gzip-6 takes here: the median over some training files. */
  readonly gzip6MsPerKib: number;
  readonly maxMsPerKib: number;
}

export type Budgets = ReadonlyMap<SizeClass, Budget>;

const FILES_PER_CLASS = 15;
const ROUNDS = 8;
const WARM_UP_FILES = 10;
const WARM_UP_MAX_BYTES = 16 * 1024;

/** Measures how fast this machine is and sets the time budgets by it, in the order of the classes. Takes a moment. */
export function calibrate(training: readonly PickedFile[], sizeClasses: readonly SizeClass[]): Budgets {
  const contents = training.map(({ content }) => content).filter(({ length }) => length <= WARM_UP_MAX_BYTES);
  warmUp(contents.slice(0, WARM_UP_FILES));
  const sample = sizeClasses.flatMap((sizeClass) =>
    training.filter((file) => file.sizeClass === sizeClass).slice(0, FILES_PER_CLASS),
  );
  const bestMs = bestRoundMs(
    DEFAULT_CODEC,
    sample.map(({ content }) => content),
    ROUNDS,
  );
  const timed = sample.map(({ sizeClass, content }, index) => ({
    sizeClass,
    msPerKib: (bestMs[index] ?? 0) / kib(content),
  }));
  const budgets = new Map<SizeClass, Budget>();
  for (const sizeClass of sizeClasses) {
    const times = timed.filter((file) => file.sizeClass === sizeClass).map(({ msPerKib }) => msPerKib);
    const gzip6MsPerKib = median(times);
    if (gzip6MsPerKib === undefined) continue;
    budgets.set(sizeClass, { sizeClass, gzip6MsPerKib, maxMsPerKib: gzip6MsPerKib * sizeClass.maxTimeInGzip6 });
  }
  return budgets;
}

/** What a file may take. `budgets` comes from calibrating on files of the same classes. */
export function limitsFor({ sizeClass, content }: PickedFile, budgets: Budgets): Limits {
  const budget = budgets.get(sizeClass);
  if (budget === undefined) throw new TypeError(`Files of ${sizeClass.name} were not calibrated.`);
  return { maxBytes: content.length * sizeClass.maxShare, maxMs: kib(content) * budget.maxMsPerKib };
}

function kib(content: Buffer): number {
  return content.length / 1024;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}
