import { extname } from "node:path";

const EXTENSIONS = {
  javascript: [".js", ".mjs", ".cjs", ".jsx"],
  typescript: [".ts", ".mts", ".cts", ".tsx"],
  json: [".json", ".jsonc", ".json5"],
  "source map": [".map"],
  markdown: [".md", ".markdown"],
  markup: [".html", ".htm", ".xml", ".svg", ".vue"],
  style: [".css", ".scss", ".sass", ".less"],
  "other source": [".c", ".h", ".cc", ".cpp", ".hpp", ".lua", ".py", ".go", ".rs", ".java", ".sh", ".coffee", ".flow"],
  packed: [".png", ".jpg", ".jpeg", ".gif", ".webp", ".woff", ".woff2", ".gz", ".br", ".tgz", ".zip", ".pdf"],
  binary: [".wasm", ".node", ".exe", ".dll", ".so", ".bin", ".dat"],
} as const;

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries(EXTENSIONS).flatMap(([kind, extensions]) => extensions.map((extension) => [extension, kind])),
);

/** What a file's name says about its content. Nothing else is looked at: an agent knows only this before acting. */
export function fileKind(path: string): string {
  return KINDS.get(extname(path).toLowerCase()) ?? "other";
}
