/** Files of about the same size, and what a codec must achieve on them to be right. */
export interface SizeClass {
  readonly name: string;
  readonly minBytes: number;
  /** Exclusive. */
  readonly maxBytes: number;
  /** The size budget: largest output, as a share of the file. Above 0 to 1. */
  readonly maxShare: number;
  /** The time budget: longest run, in multiples of what gzip-6 takes on this machine for as many bytes. */
  readonly maxTimeInGzip6: number;
  /** Most files picked per kind, for learning and deciding together. */
  readonly maxFilesPerKind: number;
}

const KIB = 1024;

/**
 * Small files are compressed as well as possible, large ones must not hold anyone up. The budgets are set so that
 * different classes call for different codecs; which ones, and for which kinds, is left to be learned.
 */
export const SIZE_CLASSES: readonly SizeClass[] = [
  {
    name: "1-4 KiB",
    minBytes: KIB,
    maxBytes: 4 * KIB,
    maxShare: 0.45,
    maxTimeInGzip6: 300,
    maxFilesPerKind: 60,
  },
  {
    name: "4-16 KiB",
    minBytes: 4 * KIB,
    maxBytes: 16 * KIB,
    maxShare: 0.33,
    maxTimeInGzip6: 6,
    maxFilesPerKind: 60,
  },
  {
    name: "16-64 KiB",
    minBytes: 16 * KIB,
    maxBytes: 64 * KIB,
    maxShare: 0.32,
    maxTimeInGzip6: 1.5,
    maxFilesPerKind: 48,
  },
  {
    name: "64-256 KiB",
    minBytes: 64 * KIB,
    maxBytes: 256 * KIB,
    maxShare: 0.32,
    maxTimeInGzip6: 0.7,
    maxFilesPerKind: 36,
  },
];
