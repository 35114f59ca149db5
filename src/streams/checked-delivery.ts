import { checkArray, checkKeyText, checkObject } from "../common/checks.js";
import { copyOfParts } from "../common/given/parts.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { Fields, StreamEntry } from "../keyspace/port/keyspace.js";
import { requireStore } from "../store/store.js";
import type { HandlerContext, StreamHandler } from "./stream-handler.js";

const ENTRY_NAMES = namesOf<StreamEntry>({ id: true, fields: true });
const CONTEXT_NAMES = namesOf<HandlerContext>({
  store: true,
  streamKey: true,
  groupName: true,
  consumerName: true,
  shard: true,
});

/** A handler that anyone may call: what it is given is read once, and refused where a consumer would not have given it. */
export function checkedHandler(handler: StreamHandler): StreamHandler {
  return async (entries, context) => handler(checkArray("entries", entries).map(checkEntry), checkContext(context));
}

function checkEntry(entry: StreamEntry): StreamEntry {
  const { id, fields } = refuseUnknownNames(checkObject("entry", entry), ENTRY_NAMES, "entry");
  return {
    id: checkKeyText("entry.id", id),
    fields: copyOfParts("entry.fields", checkObject("entry.fields", fields)) as Fields,
  };
}

function checkContext(context: HandlerContext): HandlerContext {
  const given = refuseUnknownNames(checkObject("context", context), CONTEXT_NAMES, "context");
  requireStore(given.store);
  for (const name of ["streamKey", "groupName", "consumerName"] as const) checkKeyText(name, given[name]);
  return given;
}
