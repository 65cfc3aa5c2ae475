import { describe, expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { axis } from "../../base/shape.ts";
import { gradient } from "../gradient.ts";
import { constant, input } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { pad, slice, spread } from "../ops/slice.ts";
import { print } from "../print.ts";
import type { Value } from "../value.ts";
import { joinPieces } from "./join-pieces.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";

const { add, concat, full, mul, reshape, split, sum, tanh } = ops;

const batch = axis("batch", 2);
const x = input("x", [3, batch, 4]);
const m = input("m", [4, 6]);
const [a, b, c] = ["a", "b", "c"].map((name) => input(name, [2, 3]));
const [two, one, m26] = [input("two", [2, 2]), input("one", [2, 1]), input("m26", [2, 6])];
const rows = pad(input("row", [1, 6]), [
  [1, 0],
  [0, 0],
]);
const flat = split(x, 0, 3).map((s) => reshape(s, [batch, 4]));
const [t0, t1, t2] = split(m, 1, 3);

/** Columns of a matrix of which the rest is zero. */
function columns(v: Value, before: number, after: number): Value {
  return pad(v, [
    [0, 0],
    [before, after],
  ]);
}

/** The lines of a printed graph that are ops, without their types. */
function lines(values: readonly Value[]): string[] {
  const ops = print(values)
    .split("\n")
    .filter((l) => / = \w+\(/.test(l));
  return ops.map((l) => l.split("  #")[0]);
}

/** [what, before, lines after]: nothing but these ops is left. */
const rules: readonly (readonly [string, Value, readonly string[]])[] = [
  ["all parts of a split, joined in order, are what was split", concat([t0, t1, t2], 1), []],
  ["among others too", concat([a, ...split(b, 0, 2), c], 0), ["%1 = Concat(a, b, c, axis: 0)"]],
  [
    "parts in another order are joined",
    concat([t1, t0, t2], 1),
    ["%1, %2, %3 = Split(m, axis: 1, sizes: [2 2 2])", "%4 = Concat(%2, %1, %3, axis: 1)"],
  ],
  [
    "so are some of the parts",
    concat([t0, t1], 1),
    ["%1, %2, %3 = Split(m, axis: 1, sizes: [2 2 2])", "%4 = Concat(%1, %2, axis: 1)"],
  ],
  [
    "so are parts along another axis",
    concat([t0, t1, t2], 0),
    ["%1, %2, %3 = Split(m, axis: 1, sizes: [2 2 2])", "%4 = Concat(%1, %2, %3, axis: 0)"],
  ],
  ["the steps of a sequence, joined, are the sequence", concat(flat, 0), ["%1 = Reshape(x, axes: [6 4])"]],
  [
    "steps are joined before they are reshaped",
    concat(
      [a, b].map((v) => reshape(v, [1, 3, 2])),
      0,
    ),
    ["%1 = Concat(a, b, axis: 0)", "%2 = Reshape(%1, axes: [2 3 2])"],
  ],
  [
    "along another axis reshaping changes the order of the numbers and stays",
    concat(
      [a, b].map((v) => reshape(v, [3, 2])),
      1,
    ),
    ["%1 = Reshape(a, axes: [3 2])", "%2 = Reshape(b, axes: [3 2])", "%3 = Concat(%1, %2, axis: 1)"],
  ],
  [
    "reshaped scalars, which cannot be joined, stay",
    concat(
      [sum(a), sum(b)].map((v) => reshape(v, [1])),
      0,
    ),
    [
      "%1 = Sum(a, axes: [0 1])",
      "%2 = Reshape(%1, axes: [1])",
      "%3 = Sum(b, axes: [0 1])",
      "%4 = Reshape(%3, axes: [1])",
      "%5 = Concat(%2, %4, axis: 0)",
    ],
  ],
  [
    "a concatenation cut where it was joined is its parts",
    mul(...(split(concat([a, b], 0), 0, 2) as [Value, Value])),
    ["%1 = Mul(a, b)"],
  ],
  [
    "cut elsewhere it stays",
    sum(split(concat([a, b], 0), 0, [1, 3])[0]),
    ["%1 = Concat(a, b, axis: 0)", "%2, %3 = Split(%1, axis: 0, sizes: [1 3])", "%4 = Sum(%2, axes: [0 1])"],
  ],
  [
    "padded pieces side by side are joined, in order of place",
    add(add(columns(b, 3, 3), columns(c, 6, 0)), columns(a, 0, 6)),
    ["%1 = Concat(a, b, c, axis: 1)"],
  ],
  [
    "gaps are filled with zeros",
    add(columns(a, 1, 6), columns(b, 5, 2)),
    ["%1 = Expand(0, to: [2 1])", "%2 = Expand(0, to: [2 2])", "%3 = Concat(%1, a, %1, b, %2, axis: 1)"],
  ],
  [
    "pieces at one place are added before they are padded",
    add(columns(a, 1, 2), columns(b, 1, 2)),
    ["%1 = Add(a, b)", "%2 = Pad(%1, axes: [1], before: [1], after: [2], steps: [1])"],
  ],
  [
    "pieces that overlap in part are left alone",
    add(columns(a, 0, 1), columns(b, 1, 0)),
    [
      "%1 = Pad(a, axes: [1], before: [0], after: [1], steps: [1])",
      "%2 = Pad(b, axes: [1], before: [1], after: [0], steps: [1])",
      "%3 = Add(%1, %2)",
    ],
  ],
  [
    "so are pieces of the same start and different ends",
    add(columns(a, 0, 1), columns(two, 0, 2)),
    [
      "%1 = Pad(a, axes: [1], before: [0], after: [1], steps: [1])",
      "%2 = Pad(two, axes: [1], before: [0], after: [2], steps: [1])",
      "%3 = Add(%1, %2)",
    ],
  ],
  [
    "so are pieces along another axis, and what is no piece",
    add(add(add(columns(a, 0, 3), m26), rows), columns(b, 3, 0)),
    [
      "%1 = Pad(row, axes: [0], before: [1], after: [0], steps: [1])",
      "%2 = Add(m26, %1)",
      "%3 = Concat(a, b, axis: 1)",
      "%4 = Add(%2, %3)",
    ],
  ],
  [
    "so are pieces with zeros between their elements",
    add(spread(two, { axes: [1], before: [0], after: [3], steps: [2] }), columns(two, 4, 0)),
    [
      "%1 = Pad(two, axes: [1], before: [0], after: [3], steps: [2])",
      "%2 = Pad(two, axes: [1], before: [4], after: [0], steps: [1])",
      "%3 = Add(%1, %2)",
    ],
  ],
  [
    "concatenations with zeros that complete each other are one",
    add(concat([a, full(two.shape, 0), constant([0, 0], [2, 1])], 1), concat([full(a.shape, 0), two, one], 1)),
    ["%1 = Concat(a, two, one, axis: 1)"],
  ],
  [
    "concatenations without zeros are left alone",
    add(concat([a, two], 1), concat([b, mul(two, two)], 1)),
    ["%1 = Concat(a, two, axis: 1)", "%2 = Mul(two, two)", "%3 = Concat(b, %2, axis: 1)", "%4 = Add(%1, %3)"],
  ],
];

describe.each(rules)("%s", (_name, before, after) => {
  test("the pass leaves these ops and the same numbers", () => {
    const joined = share.run(simplify.run(joinPieces.run([before])));
    expect(lines(joined)).toEqual(after);
    expectSameNumbers(joined, [before]);
  });
});

test("the gradient of slices is a concatenation", () => {
  const cuts = [slice(m, 1, 2, 4), slice(m, 1, 4), slice(m, 1, 0, 2)];
  const before = gradient(
    cuts.map((v) => sum(tanh(v))).reduce((p, q) => add(p, q)),
    [m],
  );
  const after = joinPieces.run(before);
  expect(lines(after).filter((l) => /Pad|Add|Concat/.test(l))).toHaveLength(1);
  expectSameNumbers(after, before);
});

test("a padded piece that is used elsewhere is left alone", () => {
  const padded = columns(a, 0, 3);
  const before = [add(padded, columns(b, 3, 0)), tanh(padded)];
  expect(lines(joinPieces.run(before)).filter((l) => /Pad/.test(l))).toHaveLength(2);
});

test("axes keep the names that the graph had", () => {
  const named = split(input("named", [axis("all", 4)]), 0, 2).map((v) => reshape(v, [axis("half", 2)]));
  const [y] = joinPieces.run([concat(named, 0)]);
  expect(y.shape).toEqual([axis("half", 4)]);
});
