import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** An action of the demonstration. */
export interface Codec {
  readonly name: string;
  readonly format: "gzip" | "brotli";
  readonly level: number;
  readonly compress: (content: Buffer) => Buffer;
}

/** What is used where nothing was learned: the level that gzip itself and most servers use. It also paces the budgets. */
export const DEFAULT_CODEC: Codec = gzip(6);

/** The range both formats offer, from fast to strong. */
export const CODECS: readonly Codec[] = [gzip(1), DEFAULT_CODEC, gzip(9), brotli(1), brotli(5), brotli(11)];

function gzip(level: number): Codec {
  return { name: `gzip-${level}`, format: "gzip", level, compress: (content) => gzipSync(content, { level }) };
}

function brotli(level: number): Codec {
  return {
    name: `brotli-${level}`,
    format: "brotli",
    level,
    compress: (content) =>
      brotliCompressSync(content, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: level,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        },
      }),
  };
}
