import { describe, expect, it } from "vitest";
import { conformanceCases } from "../../src/testing/index.js";

const LAST_CASE = 118;

describe("conformance manifest", () => {
  it("has one case for every number of the specification, in order, and no other", () => {
    const expected = Array.from({ length: LAST_CASE }, (_, index) => `C${index + 1}`);
    expect(conformanceCases.map(({ id }) => id)).toEqual(expected);
  });

  it("says of every case what it checks, each in its own words", () => {
    const titles = conformanceCases.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles) expect(title).toMatch(/^[A-Za-z].{10,130}$/);
  });

  it("keeps the cases of a section together", () => {
    const sections = conformanceCases.map(({ section }) => section);
    const changes = sections.filter((section, index) => section !== sections[index - 1]);
    expect(changes).toEqual([...new Set(sections)]);
    expect(changes).toHaveLength(15);
  });
});
