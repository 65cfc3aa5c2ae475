import { expect, test } from "vitest";
import { compile } from "../graph/compile.ts";
import { input } from "../graph/leaves.ts";
import { mul } from "../graph/ops/index.ts";
import { Chunk } from "./chunk.ts";

const reading = (numbers: number): Chunk =>
  new Chunk(compile({ name: "p", outputs: { y: mul(input("x", [numbers]), 2) } }));

/** Sizes of the calls when every step takes this long. */
function sizes(chunk: Chunk, seconds: number, calls = 6): number[] {
  return Array.from({ length: calls }, () => {
    chunk.took(seconds);
    return chunk.size;
  });
}

test("fast steps come in calls of up to 100, growing from 5", () => {
  const chunk = reading(10);
  expect(chunk.size).toBe(5);
  expect(sizes(chunk, 1e-4)).toEqual([10, 20, 40, 80, 100, 100]);
});

test("a call takes about a second, and at least one step", () => {
  expect(sizes(reading(10), 0.1)).toEqual([10, 10, 10, 10, 10, 10]);
  expect(sizes(reading(10), 7, 2)).toEqual([1, 1]);
});

test("what a call is fed stays below 48 MiB, and steps that are fed more come one by one", () => {
  expect(sizes(reading(2 ** 20), 1e-4).at(-1)).toBe(12);
  expect(reading(2 ** 22).size).toBe(3);
  expect(reading(2 ** 24).size).toBe(1);
});
