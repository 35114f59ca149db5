import { expect, it } from "vitest";
import { parseJson } from "../../src/model/parse-json.js";

it.each([
  '{"a":1,"b":"text","c":null,"d":true}',
  '{"a":{"b":[1,2]}}',
  "[1,2]",
  "{}",
  '"text"',
  "null",
  '{"__proto__":1}',
  '{"__proto__":{"a":1}}',
  `{"long":"${"x".repeat(1000)}"}`,
])("gives what JSON.parse gives, again and again and each time of its own: %s", (text) => {
  const expected: unknown = JSON.parse(text);
  for (let time = 0; time < 3; time += 1) {
    const value = parseJson(text);
    expect(value).toStrictEqual(expected);
    expect(JSON.stringify(value)).toBe(JSON.stringify(expected));
    if (typeof value === "object" && value !== null) Object.assign(value, { changed: true });
  }
});
