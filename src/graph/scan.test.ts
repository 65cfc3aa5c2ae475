import { describe, expect, test } from "vitest";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import { compile } from "./compile.ts";
import { input, noise, variable } from "./leaves.ts";
import { add, mul, sum } from "./ops/index.ts";
import { scanModel } from "./scan.ts";

const zero = (out: Float32Array): void => void out.fill(0);
const [total, weight] = [variable("total", [2], zero), variable("weight", [2], zero)];
const x = input("x", [2]);

const running = compile({
  name: "running sum",
  outputs: { size: sum(total) },
  updates: [[total, add(mul(total, weight), add(x, noise("e", "normal", [2])))]],
});

describe("the model of many steps", () => {
  const { graph } = decodeModel(encodeModel(scanModel(running)));

  test("inputs, noise and outputs gain a leading axis; a variable does not, whether it changes or not", () => {
    expect(graph.inputs.map((v) => [v.name, v.dims])).toEqual([
      ["weight", [2]],
      ["total/all", [2]],
      ["x/all", ["steps", 2]],
      ["e/all", ["steps", 2]],
    ]);
    expect(graph.outputs.map((v) => [v.name, v.dims])).toEqual([
      ["total/next/all", [2]],
      ["size/all", ["steps"]],
    ]);
  });

  test("it is one Scan over the fed tensors whose body is the program", () => {
    expect(graph.nodes.map((n) => [n.op, n.inputs])).toEqual([["Scan", ["total/all", "x/all", "e/all"]]]);
    const { body, num_scan_inputs } = graph.nodes[0].attributes;
    expect(num_scan_inputs).toEqual({ kind: "int", value: 2 });
    if (body.kind !== "graph") throw new Error("the body is a graph");
    expect(body.value.inputs.map((v) => v.name)).toEqual(["total", "x", "e"]);
    expect(body.value.outputs.map((v) => v.name)).toEqual(["total/next", "size"]);
    expect(body.value.nodes.map((n) => n.op)).toEqual(running.model.graph.nodes.map((n) => n.op));
  });

  test("no name is used both inside and outside, except variables that the body reads from outside", () => {
    const { body } = graph.nodes[0].attributes;
    if (body.kind !== "graph") throw new Error("the body is a graph");
    const inside = [...body.value.inputs.map((v) => v.name), ...body.value.nodes.flatMap((n) => n.outputs)];
    const outside = [...graph.inputs.map((v) => v.name), ...graph.outputs.map((v) => v.name)];
    expect(inside.filter((name) => outside.includes(name))).toEqual([]);
    expect(body.value.nodes.some((n) => n.inputs.includes("weight"))).toBe(true);
  });
});

test("a program with nothing to feed counts its steps by an input that it ignores", () => {
  const count = variable("count", [], zero);
  const { graph } = scanModel(compile({ name: "count", outputs: {}, updates: [[count, add(count, 1)]] }));
  expect(graph.inputs.map((v) => [v.name, v.dims])).toEqual([
    ["count/all", []],
    ["step/all", ["steps"]],
  ]);
});
