import { renderTable } from "./table.mjs";

/** Kinds below this share of a policy are summed up. */
const SMALLEST_BYTES = 1;

/** Bytes per policy of each engine, by what they go into, and what further use adds. */
export function renderMemory(results) {
  const parts = [
    "Bytes per policy: heap after a collection, length of the file, used_memory",
    renderTable(
      ["engine", "policies", "bytes per policy"],
      results.map(({ engine, policies, bytesPerPolicy }) => [engine, count(policies), count(bytesPerPolicy)]),
    ),
  ];
  const divided = results.filter(({ kinds }) => Object.keys(kinds).length > 0);
  if (divided.length > 0) {
    parts.push("What they go into", renderKinds(divided.map(({ engine, kinds }) => [engine, kinds])));
    parts.push("Bytes of an entry of a stream", renderKinds(divided.map(({ engine, entries }) => [engine, entries])));
  }
  parts.push(
    "What further use adds, without streams",
    renderKinds(results.map(({ engine, uses }) => [engine, bytesOf(uses)])),
  );
  return parts.join("\n\n");
}

function bytesOf(uses) {
  return Object.fromEntries(Object.entries(uses).map(([name, { bytes }]) => [name, bytes]));
}

/** @param columns - name of the engine and its bytes by kind */
function renderKinds(columns) {
  const kinds = [...new Set(columns.flatMap(([, bytes]) => Object.keys(bytes)))];
  const highest = (kind) => Math.max(...columns.map(([, bytes]) => bytes[kind] ?? 0));
  const shown = kinds
    .filter((kind) => highest(kind) >= SMALLEST_BYTES)
    .sort((one, other) => highest(other) - highest(one));
  return renderTable(
    ["", ...columns.map(([engine]) => engine)],
    shown.map((kind) => [kind, ...columns.map(([, bytes]) => (bytes[kind] === undefined ? "" : count(bytes[kind])))]),
  );
}

function count(value) {
  return Math.round(value).toLocaleString("en");
}
