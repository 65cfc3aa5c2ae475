import { describe, expect, test } from "vitest";
import {
  editDistance,
  FileError,
  HelmholtzError,
  internal,
  nearest,
  RunError,
  ShapeError,
  UsageError,
} from "./errors.ts";

const problem = { where: "--device", expected: "one of cpu", got: '"gpu"', fix: "choose one of these" };

test.each([UsageError, ShapeError, FileError, RunError])(
  "%o says where, expected, got and fix in one sentence",
  (Kind) => {
    const cause = new Error("below");
    const e = new Kind(problem, { cause });
    expect(e.message).toBe('--device: expected one of cpu, got "gpu"; choose one of these.');
    expect(e.name).toBe(Kind.name);
    expect(e.problem).toBe(problem);
    expect(e.cause).toBe(cause);
    expect(e).toBeInstanceOf(HelmholtzError);
    expect(e).toBeInstanceOf(Error);
  },
);

test("what cannot happen is no HelmholtzError, and begins with internal", () => {
  expect(() => internal("lost")).toThrow(/^internal: lost$/);
  expect(() => internal("lost")).not.toThrow(HelmholtzError);
});

describe("the nearest word", () => {
  const words = ["tanh", "relu", "leaky-relu", "sigmoid", "softplus"];
  test.each([
    ["tahn", "tanh"],
    ["RELU", "relu"],
    ["leakyrelu", "leaky-relu"],
    ["sigmiod", "sigmoid"],
    ["soft-plus", "softplus"],
    ["quantum", undefined],
    ["", undefined],
  ])("to %o is %s", (typed, word) => expect(nearest(typed, words)).toBe(word));

  test("among none is none", () => expect(nearest("x", [])).toBeUndefined());
});

// Levenshtein's distances as in the literature
test.each([
  ["kitten", "sitting", 3],
  ["saturday", "sunday", 3],
  ["", "abc", 3],
  ["abc", "", 3],
  ["same", "same", 0],
  ["flaw", "lawn", 2],
])("from %s to %s takes %d edits", (a, b, n) => expect(editDistance(a, b)).toBe(n));
