import type { DeclaredModel } from "./declaration.js";
import type { Field, FieldMap } from "./primitive.js";

/** A model of any shape, for code that treats all alike. */
export interface AnyModel extends DeclaredModel {
  readonly fields: FieldMap;
}

/** Shows a computed type as the properties it has. */
export type Flat<Computed> = { readonly [Name in keyof Computed]: Computed[Name] } & {};

/** The values of fields, but for those that are asked through the repository instead: links, filters, sketches. */
export type ValuesOf<Fields extends FieldMap> = {
  readonly [Name in keyof Fields as [ValueOf<Fields[Name]>] extends [never] ? never : Name]: ValueOf<Fields[Name]>;
};

/** What is given to create a record: plain fields, those without a default required. */
export type CreateOf<M extends AnyModel> = Flat<NewValuesOf<M["fields"]>>;

type NewValuesOf<Fields extends FieldMap> = {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? Name : never]: ValueOf<Fields[Name]>;
} & {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? never : Name]?: ValueOf<Fields[Name]>;
};

/** All plain values of a record, defaults filled in. */
export type PlainOf<Fields extends FieldMap> = Flat<{
  readonly [Name in PlainNames<Fields>]: ValueOf<Fields[Name]>;
}>;

/** What can be changed later: plain fields outside the identity. */
export type UpdateOf<M extends AnyModel> = {
  readonly [Name in Exclude<PlainNames<M["fields"]>, M["identity"][number]>]?: ValueOf<M["fields"][Name]>;
};

/** The key fields that name one record of a model. */
export type IdentityOf<M extends AnyModel> = { readonly [Name in M["identity"][number]]: string };

/** Key fields a query may name; a scoped model's scope it must. */
export type WhereOf<M extends AnyModel> = Flat<
  {
    readonly [Name in NamesOfKind<M, "key" | "id">]?: string;
  } & (M extends { readonly scope: infer Scope extends string } ? { readonly [Name in Scope]: string } : unknown)
>;

/** Key fields that name one group of a model: its scope, when it has one, and what it groups by. */
export type GroupOf<M extends AnyModel> = M extends {
  readonly group: { readonly by: readonly (infer Name extends string)[] };
}
  ? Flat<
      { readonly [Field in Name]: string } & (M extends { readonly scope: infer Scope extends string }
        ? { readonly [Field in Scope]: string }
        : unknown)
    >
  : NotDeclared<"group">;

/** The scope, for a model that has one; nothing otherwise. */
export type ScopeArgument<M extends AnyModel> = M extends { readonly scope: string }
  ? readonly [scope: string]
  : "scope" extends keyof M
    ? readonly [scope?: string]
    : readonly [];

/** Stands where a model lacks a part: declare it with `defineModel`. */
export interface NotDeclared<Part extends string> {
  readonly missing: Part;
}

/** Names of a model's fields of one kind, such as `clock` or `confidence`. */
export type NamesOfKind<M extends AnyModel, Kind extends string> = FieldNames<M["fields"], Kind>;

/** Names of those among declared fields that are of one kind. */
export type FieldNames<Fields extends FieldMap, Kind extends string> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends Kind ? Name : never;
}[keyof Fields] &
  string;

type PlainKind = "key" | "text" | "number" | "decimal" | "boolean" | "json" | "sorted";
export type PlainNames<Fields extends FieldMap> = FieldNames<Fields, PlainKind>;

type ValueOf<Definition> = Definition extends Field<string, infer Value, boolean> ? Value : never;
