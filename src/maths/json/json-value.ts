/** A JSON object as callers write it: what is undefined is absent. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };
/** Any JSON value as callers write it. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
