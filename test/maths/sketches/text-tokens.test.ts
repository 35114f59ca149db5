import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { tokenize } from "../../../src/maths/sketches/text-tokens.js";

describe("tokenize", () => {
  it("C72: tokens", () => {
    expect(tokenize("Kubernetes Deployment Guide")).toEqual(["kubernetes", "deployment", "guide"]);
    expect(tokenize("redis-cache:primary")).toEqual(["redis", "cache", "primary"]);
    expect(tokenize("a is to go run")).toEqual(["run"]);
    expect(tokenize("the and for with")).toEqual([]);
    expect(tokenize("test test test again")).toEqual(["test", "again"]);
  });

  it("keeps underscores and digits inside words and drops the stop words only as whole words", () => {
    expect(tokenize("run_playbook v2 id_42 theory")).toEqual(["run_playbook", "id_42", "theory"]);
  });

  it("knows letters and numerals of any script, and counts characters rather than UTF-16 units", () => {
    expect(tokenize("Zürich ΑΘΉΝΑ 東京都 東京 ١٢٣ x²³")).toEqual(["zürich", "αθήνα", "東京都", "١٢٣", "x²³"]);
    expect(tokenize("𝒳𝒴 𝒳𝒴𝒵")).toEqual(["𝒳𝒴𝒵"]);
  });

  it("has nothing to say about an empty text and refuses what is none", () => {
    expect(tokenize("")).toEqual([]);
    expect(() => tokenize(undefined as unknown as string)).toThrow(InvalidArgumentError);
  });
});
