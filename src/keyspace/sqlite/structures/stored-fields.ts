import { DataFormatError } from "../../../common/errors.js";
import type { Fields } from "../../port/keyspace.js";

/** Fields from the JSON text that they are stored as. */
export function parseFields(text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch (cause) {
    throw new DataFormatError("A stored record is not readable JSON.", {
      hint: "Something other than this library changed the file: restore it from a backup.",
      cause,
    });
  }
}
