import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../src/common/errors.js";
import { Defaults } from "../../src/index.js";
import { checkModel } from "../../src/model/check-model.js";
import { keyField, textField } from "../../src/model/fields.js";
import { ModelLayout } from "../../src/model/layout.js";
import type { AnyModel } from "../../src/model/model.js";
import { type Mixin, REJECTED } from "../../src/model/primitive.js";

// A primitive that the library does not have: the model asks it for everything, and knows it by what it says alone.

interface BrevityOptions {
  readonly mostCharacters: number;
}

const brevity: Mixin<BrevityOptions> = {
  name: "brevity",
  reservedNames: ["length"],
  check: ({ mostCharacters }) => {
    if (mostCharacters < 1) throw new ConfigurationError("mostCharacters", mostCharacters, "at least 1");
  },
  parts: ({ mostCharacters }, places) => ({
    start: () => ({ length: 0 }),
    decoders: { length: ({ length }) => length, unknown: () => undefined },
    partitionBy: ["language"],
    belongings: [({ scope, name }) => ({ keys: { records: `drafts ${scope} ${name}` } })],
    orders: [(note) => ({ keys: { index: `lengths ${places.keyValue("language")(note)}` }, field: "length" })],
    sideWrite: ({ scope }, { text }) => {
      const { length } = String(text);
      if (length > mostCharacters) return REJECTED;
      return { kind: "priority", keys: { index: `lengths ${scope}` }, score: length };
    },
  }),
};

const mixins = [brevity];

const Note: AnyModel & { readonly brevity: BrevityOptions } = {
  name: "Note",
  scope: "author",
  identity: ["author", "id"],
  fields: { author: keyField(), id: keyField(), language: keyField(), text: textField() },
  brevity: { mostCharacters: 5 },
};

describe("a primitive of its own", () => {
  const layout = new ModelLayout(Note, mixins);
  const note = layout.place(["ann", "1"]);

  it("checks its declaration, and keeps its names from fields", () => {
    expect(() => checkModel("Note", Note, mixins)).not.toThrow();
    const wordless = { ...Note, brevity: { mostCharacters: 0 } };
    expect(() => checkModel("Note", wordless, mixins)).toThrow("mostCharacters");
    expect(() => checkModel("Note", { ...Note, fields: { ...Note.fields, length: textField() } }, mixins)).toThrow(
      "none of ranking, length",
    );
    expect(() => checkModel("Note", Note, [])).toThrow("brevity");
  });

  it("stores and shows values of its own, which callers do not save", () => {
    const { codec } = layout;
    const values = { author: "ann", id: "1", language: "en", text: "short" };
    const fields = codec.newFields(values, note.values, 1000, Defaults);
    expect(fields).toEqual({ ...values, length: 0 });
    expect(codec.decode(fields, Defaults)).toStrictEqual({ ...values, length: 0 });
    expect(codec.withoutLearned({ ...values, length: 7 })).toEqual(values);
  });

  it("has its keys with each record, also those that move", () => {
    expect(layout.hasMovingKeys).toBe(true);
    const english = layout.recordKeys(note.values, { language: "en" });
    const french = layout.recordKeys(note.values, { language: "fr" });
    expect(english.belongings).toEqual([{ keys: { records: "drafts ann 1" } }]);
    expect(english.orders).toEqual([{ keys: { index: "lengths en" }, field: "length" }]);
    expect(layout.leaves(english, french)).toEqual([{ keys: { index: "lengths en" } }]);
  });

  it("writes beside a record, or rejects it", () => {
    expect(layout.sideWrites(note, { text: "short" }, Defaults)).toEqual([
      { kind: "priority", keys: { index: "lengths ann" }, score: 5 },
    ]);
    expect(layout.sideWrites(note, { text: "too long" }, Defaults)).toBeUndefined();
  });
});
