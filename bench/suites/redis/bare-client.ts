import { createClient, RESP_TYPES } from "@redis/client";

/** For the bare commands. */
export type BareClient = Awaited<ReturnType<typeof connectBare>>;

/** Entries hold packed bytes, which are read and written as such. */
export function connectBare(url: string) {
  const client = createClient({ url, RESP: 3, commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } });
  client.on("error", (error) => {
    throw error;
  });
  return client.connect();
}
