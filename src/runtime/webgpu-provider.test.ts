import { expect, test } from "vitest";
import { ElementType, type Graph, type Node, type Tensor } from "../onnx/model.ts";
import { webgpuProvider } from "./webgpu-provider.ts";

// That the numbers are right is tested on the provider itself, in test/webgpu-node.test.ts and test/browser.test.ts.

const ints = (name: string, ...values: number[]): Tensor => {
  // Bytes that start inside a longer buffer, as numbers read from a file do.
  const data = new Uint8Array(BigInt64Array.from([7, ...values], BigInt).buffer, 8);
  return { name, type: ElementType.int64, dims: [values.length], data };
};

const node = (name: string, op: string, inputs: string[], outputs = [`${name}/out`]): Node => {
  return { name, op, domain: "", inputs, outputs, attributes: {} };
};

function graph(nodes: Node[]): Graph {
  const initializers = [ints("last", -1, -1), ints("other", -1, 3), ints("forward", 1, 2), ints("backward", 2, -1)];
  return { name: "g", inputs: [], outputs: [], initializers, nodes };
}

test("convolutions get the layout in which they are right, and nothing else is kept from the GPU", () => {
  const nodes = [
    node("conv", "Conv", ["x", "w"]),
    node("pool", "MaxPool", ["x"]),
    node("slice", "Slice", ["x", "s", "e"]),
  ];
  expect(webgpuProvider(graph(nodes))).toEqual({ name: "webgpu", preferredLayout: "NCHW" });
});

test.each([
  ["forwards", "other", "forward", false],
  ["backwards from the last element", "last", "backward", false],
  ["backwards from another element", "other", "backward", true],
])("a Slice %s", (_how, starts, steps, cpu) => {
  const { forceCpuNodeNames } = webgpuProvider(graph([node("cut", "Slice", ["x", starts, "ends", "axes", steps])]));
  expect(forceCpuNodeNames).toEqual(cpu ? ["cut"] : undefined);
});

test("MaxPool runs on the CPU if its indices are asked for", () => {
  const { forceCpuNodeNames } = webgpuProvider(graph([node("pool", "MaxPool", ["x"], ["y", "indices"])]));
  expect(forceCpuNodeNames).toEqual(["pool"]);
});
