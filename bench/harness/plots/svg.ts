import { escapeHtml } from "../report/blocks.js";

/** In pixels. */
export const WIDTH = 760;

export function label(x: number, y: number, content: string, anchor: string, size = 13): string {
  const font = `font-family="sans-serif" font-size="${size}" fill="#222222"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" ${font}>${escapeHtml(content)}</text>`;
}

export function svg(title: string, height: number, parts: readonly string[]): string {
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeHtml(title)}">`;
  return `${opening}\n<rect width="100%" height="100%" fill="#ffffff"/>\n${parts.join("\n")}\n</svg>`;
}

/** To a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
