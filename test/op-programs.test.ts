import { describe, expect, test } from "vitest";
import { allOps } from "../src/graph/ops/index.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";
import { farFrom, opPrograms } from "./op-programs.ts";

const programs = opPrograms();

test("there is a program for every op", () => {
  expect(programs.map((p) => p.name)).toEqual(expect.arrayContaining(allOps.map((op) => op.name)));
});

describe("the CPU's values and gradients are those of float64", () => {
  test.each(programs)("$name", async ({ program, feeds, exact }) => {
    const session = await cpu.open(program, { threads: 1 });
    const [got] = await session.run([feeds]);
    await session.dispose();
    expect(farFrom(exact, got)).toEqual([]);
  });
});

test("numbers that are off by more than 0.2 %, or missing, are far", () => {
  const exact = { y: Float64Array.of(1, 2, 0) };
  expect(farFrom(exact, { y: Float32Array.of(1.001, 2, 0.0001) })).toEqual([]);
  expect(farFrom(exact, { y: Float32Array.of(1, 2.01, 0) })).toEqual(["y: 1 of 3; [1] is 2.009999990463257, not 2"]);
  expect(farFrom(exact, { y: Float32Array.of(1, 2, 0.1) })).toHaveLength(1);
  expect(farFrom(exact, { y: Float32Array.of(1, 2) })).toHaveLength(1);
  expect(farFrom(exact, { y: Float32Array.of(1, Number.NaN, 0) })).toHaveLength(1);
});
