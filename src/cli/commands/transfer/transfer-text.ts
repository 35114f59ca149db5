import type { TransferSummary } from "../../../migration/export-format.js";
import { integer, plural } from "../../output/format.js";

/** How much was moved so far. */
export function itemsText(summary: TransferSummary): string {
  return `${integer(summary.records)} records  ${integer(summary.entries)} stream entries`;
}

/** What was moved, as part of a sentence. */
export function transferText(summary: TransferSummary | undefined): string {
  if (summary === undefined) return "nothing";
  const { records, scores, members, entries, streams, pending, shards } = summary;
  return [
    plural(records, "record"),
    plural(scores, "index entry", "index entries"),
    plural(members, "set member"),
    `${plural(entries, "entry", "entries")} of ${plural(streams, "stream")} (${integer(pending)} pending)`,
    `in ${plural(shards, "shard")}`,
  ].join(", ");
}
