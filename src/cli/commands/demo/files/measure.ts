import { CODECS, type Codec } from "./codec.js";

export interface Limits {
  readonly maxBytes: number;
  readonly maxMs: number;
}

export interface Measurement {
  readonly bytes: number;
  /** The best of the runs made. */
  readonly ms: number;
  /** Whether both limits were met: the outcome the demonstration learns from. */
  readonly right: boolean;
}

// A run is slowed by whatever else the machine does and never sped up, so the best of a few is nearest to the truth.
const RUNS = 3;
/** Beyond this a run was not merely disturbed, and another would cost time without changing the outcome. */
const HOPELESS_FACTOR = 4;
const HOPELESS_MS = 5;

/** Compresses and times, repeating only while another run could still change the outcome. */
export function measure(codec: Codec, content: Buffer, { maxBytes, maxMs }: Limits): Measurement {
  let { bytes, ms } = run(codec, content);
  for (let runs = 1; runs < RUNS && bytes <= maxBytes && ms > maxMs; runs += 1) {
    if (ms > HOPELESS_MS && ms > HOPELESS_FACTOR * maxMs) break;
    ms = Math.min(ms, run(codec, content).ms);
  }
  return { bytes, ms, right: bytes <= maxBytes && ms <= maxMs };
}

/**
 * What a codec takes for each content: the best of several rounds over all of them, so that one busy moment of the
 * machine spoils one round and not one content.
 */
export function bestRoundMs(codec: Codec, contents: readonly Buffer[], rounds: number): readonly number[] {
  const bestMs = contents.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, content] of contents.entries()) {
      bestMs[index] = Math.min(bestMs[index] ?? Number.POSITIVE_INFINITY, run(codec, content).ms);
    }
  }
  return bestMs;
}

/** Runs every codec on small inputs, so that loading code and first allocations are not measured later. */
export function warmUp(contents: readonly Buffer[]): void {
  for (const content of contents) for (const codec of CODECS) codec.compress(content);
}

function run(codec: Codec, content: Buffer): { readonly bytes: number; readonly ms: number } {
  const startMs = performance.now();
  const bytes = codec.compress(content).length;
  return { bytes, ms: performance.now() - startMs };
}
