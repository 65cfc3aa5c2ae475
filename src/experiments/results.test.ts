import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileError } from "../base/errors.ts";
import { compactJson, type ExperimentResult, type MeasuredRun, readResults, rounded, writeResult } from "./results.ts";
import { substitutes } from "./results-page.ts";
import { fixed, meanAndSpread, seedsOf } from "./spread.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "helmholtz-results-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const result = (id: string, seconds = 1) => ({ id, seconds }) as ExperimentResult;

describe("results of a group", () => {
  test("keep their order, whatever came first, and a new one takes the place of the old", () => {
    const order = ["concept/a", "concept/b", "concept/c"];
    writeResult(folder, "concept", order, result("concept/c"));
    writeResult(folder, "concept", order, result("concept/a"));
    writeResult(folder, "concept", order, result("concept/gone"));
    writeResult(folder, "concept", order, result("concept/c", 7));
    const { experiments } = readResults(folder, "concept");
    expect(Object.keys(experiments)).toEqual(["concept/a", "concept/c", "concept/gone"]);
    expect(experiments["concept/c"].seconds).toBe(7);
  });

  test("are none where there is no file", () => expect(readResults(folder, "local").experiments).toEqual({}));

  test.each([
    "",
    "{",
    "null",
    '{"format": 2, "group": "concept"}',
    '{"format": 1, "group": "local", "experiments": {}}',
  ])("that are damaged (%j) are a FileError, and are not written over", (text) => {
    const path = join(folder, "concept.json");
    writeFileSync(path, text);
    expect(() => writeResult(folder, "concept", [], result("concept/a"))).toThrow(FileError);
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});

describe("compact JSON", () => {
  const value = { a: [1, 2.5, null], b: { c: "x\ny", d: [[1, 2], [3]], e: [{ f: true }] }, g: {}, h: [], i: undefined };

  test("says the same as JSON", () =>
    expect(JSON.parse(compactJson(value))).toEqual(JSON.parse(JSON.stringify(value))));

  test("has a line for each value of a record, and lists of numbers on one line", () => {
    expect(compactJson(value)).toBe(
      [
        "{",
        '  "a": [1,2.5,null],',
        '  "b": {',
        '    "c": "x\\ny",',
        '    "d": [[1,2],[3]],',
        '    "e": [',
        "      {",
        '        "f": true',
        "      }",
        "    ]",
        "  },",
        '  "g": {},',
        '  "h": []',
        "}",
      ].join("\n"),
    );
  });
});

test("numbers are rounded to five digits everywhere, whole ones and texts are left alone", () => {
  const value = { a: [1 / 3, 123456789, -0.000012345678], b: { c: "0.333333333", d: Float64Array.of(2 / 3) }, e: null };
  expect(rounded(value)).toEqual({
    a: [0.33333, 123456789, -0.000012346],
    b: { c: "0.333333333", d: [0.66667] },
    e: null,
  });
  expect(rounded([Number.NaN, Number.POSITIVE_INFINITY])).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
});

test.each([
  [[1, 2, 3], "2.00 ± 1.00 (n = 3)"],
  [[2], "2.00 (1 seed)"],
  [[1, Number.NaN, 3], "2.00 ± 1.41 (n = 2 of 3)"],
  [[Number.NaN], "none"],
])("the spread of %j over seeds is %j", (values, text) => expect(meanAndSpread(values)).toBe(text));

test("numbers below zero have a minus sign, not a hyphen", () => expect(fixed(-0.0456, 3)).toBe("−0.046"));

test("seeds are counted in words", () => expect([[1], [1, 2]].map(seedsOf)).toEqual(["1 seed", "2 seeds"]));

describe("data that were not at hand", () => {
  const real = { data: "MNIST" } as MeasuredRun;
  const generated = { data: "Glyphs", insteadOf: "mnist" } as MeasuredRun;
  test("are not mentioned where all were", () => expect(substitutes([real, real])).toEqual([]));
  test("are named with what took their place, each once", () => {
    expect(substitutes([generated, generated]).join()).toMatch(/^All runs used .*: Glyphs in place of mnist\. /);
    expect(substitutes([generated, real]).join()).toMatch(/^Some runs used /);
  });
});
