import type { InferenceSession } from "onnxruntime-node";
import type { Graph, Node } from "../onnx/model.ts";

/**
 * The WebGPU provider as all builds use it, for one graph. What ONNX Runtime 1.30 computes wrong is kept from it:
 * - In its layout NHWC, Conv is wrong where the number of input channels is a multiple of 3 above 3 and not of 4 and that of output
 *   channels a multiple of 4, and ConvTranspose in groups of one output channel. In NCHW both agree with the CPU.
 * - Slice with a negative step starts at the last element wherever it should start. MaxPool with indices is refused. Both run on the CPU.
 */
export function webgpuProvider(graph: Graph): InferenceSession.WebGpuExecutionProviderOption {
  const forceCpuNodeNames = graph.nodes.filter((n) => needsCpu(n, graph)).map((n) => n.name);
  return { name: "webgpu", preferredLayout: "NCHW", ...(forceCpuNodeNames.length > 0 && { forceCpuNodeNames }) };
}

function needsCpu({ op, inputs, outputs }: Node, graph: Graph): boolean {
  if (op === "MaxPool") return outputs.length > 1;
  if (op !== "Slice") return false;
  const [starts, steps] = [inputs[1], inputs[4]].map((name) => integers(graph, name));
  return steps.some((step, k) => step < 0n && starts[k] !== -1n);
}

function integers({ initializers }: Graph, name: string | undefined): BigInt64Array {
  const { data } = initializers.find((t) => t.name === name) ?? {};
  return data ? new BigInt64Array(data.slice().buffer) : new BigInt64Array();
}
