import { expect, test } from "vitest";
import { axis, dimsOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { constant } from "../graph/leaves.ts";
import type { Value } from "../graph/value.ts";
import { rowsInTime, rowsOfSteps, sequenceOfSteps, stepsOfRows } from "./sequence-rows.ts";

const numbers = (v: Value): number[] => [...interpret([v])[0].data];

// Two sequences of three frames with one number each: sequence 1 has 11, 12, 13, sequence 2 has 21, 22, 23.
const rows = constant([11, 12, 13, 21, 22, 23], [6, 1]);
const steps = stepsOfRows(rows, axis("batch", 2));

test("rows, sequence by sequence, become steps with all sequences each", () => {
  expect(steps.map(numbers)).toEqual([
    [11, 21],
    [12, 22],
    [13, 23],
  ]);
});

test("steps become rows in either order, and sequences", () => {
  expect(numbers(rowsOfSteps(steps))).toEqual([11, 12, 13, 21, 22, 23]);
  expect(numbers(rowsInTime(steps))).toEqual([11, 21, 12, 22, 13, 23]);
  expect(numbers(sequenceOfSteps(steps))).toEqual([11, 12, 13, 21, 22, 23]);
  expect([rowsOfSteps(steps), rowsInTime(steps), sequenceOfSteps(steps)].map((v) => dimsOf(v.shape))).toEqual([
    [6, 1],
    [6, 1],
    [2, 3, 1],
  ]);
});
