/**
 * A validator by the Standard Schema interface, which Zod, Valibot, ArkType and others implement. Only what is used here.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema {
  /** What the interface prescribes. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    /** Says whether a value is valid, and what is wrong with it. */
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

/** What a schema says of a value: without issues it is valid. What the schema makes of it is not used. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What is wrong with a value, and where in it. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function isStandardSchema(value: unknown): value is StandardSchema {
  // Some libraries make schemas that are functions.
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return typeof standard === "object" && standard !== null && typeof Reflect.get(standard, "validate") === "function";
}

/** The first issue in words, such as "playbook: expected a text". */
export function issueText({ message, path = [] }: SchemaIssue): string {
  const place = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return place === "" ? message : `${place}: ${message}`;
}
