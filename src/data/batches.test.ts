import { expect, test } from "vitest";
import { streams } from "../base/random.ts";
import { consecutive, shuffled } from "./batches.ts";

test("an epoch sees each example at most once, and all but count mod batch of them", () => {
  const { stepsPerEpoch, batchIndices } = shuffled(streams(1), 103, 10);
  expect(stepsPerEpoch).toBe(10);
  for (const epoch of [0, 3]) {
    const seen = Array.from({ length: 10 }, (_, k) => [...batchIndices(epoch * 10 + k)]).flat();
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(100);
    expect(seen.every((i) => i >= 0 && i < 103)).toBe(true);
  }
});

test("a step's batch does not depend on the steps before it", () => {
  const forward = shuffled(streams(7), 50, 8);
  const inOrder = Array.from({ length: 30 }, (_, step) => [...forward.batchIndices(step)]);
  const jumping = shuffled(streams(7), 50, 8);
  for (const step of [29, 0, 17, 5, 6, 29]) expect([...jumping.batchIndices(step)]).toEqual(inOrder[step]);
});

test("epochs and seeds differ in their order", () => {
  const a = shuffled(streams(1), 1000, 1000);
  expect([...a.batchIndices(0)]).not.toEqual([...a.batchIndices(1)]);
  expect([...a.batchIndices(0)]).not.toEqual([...shuffled(streams(2), 1000, 1000).batchIndices(0)]);
});

test("a caller that changes its batch does not change the order", () => {
  const a = shuffled(streams(1), 20, 5);
  const first = a.batchIndices(0);
  const copy = [...first];
  first.fill(0);
  expect([...a.batchIndices(0)]).toEqual(copy);
});

test.each([0, -1, 1.5, 21])("batch %d of 20 examples is refused", (batch) => {
  expect(() => shuffled(streams(1), 20, batch)).toThrow(/batch size: expected a whole number from 1 to 20/);
});

test.each([-1, 0.5])("step %d is refused", (step) => {
  expect(() => shuffled(streams(1), 20, 5).batchIndices(step)).toThrow(/training step/);
});

test("consecutive batches go on where the epoch before ended, and begin again after the last example", () => {
  const { batch, stepsPerEpoch, batchIndices } = consecutive(10, 2, 4);
  expect([batch, stepsPerEpoch]).toEqual([2, 2]);
  const seen = Array.from({ length: 6 }, (_, step) => [...batchIndices(step)]);
  expect(seen).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
    [8, 9],
    [0, 1],
  ]);
  expect([...consecutive(3, 2, 2).batchIndices(1)]).toEqual([2, 0]);
});

test.each([3, 0, 1.5, 8])("consecutive batches of %d in epochs of 4 are a UsageError", (batch) => {
  expect(() => consecutive(10, batch, 4)).toThrow(/batch size: expected a whole number that divides 4/);
});
