/** What all builds of ONNX Runtime share: loading a program's graphs and crossing between typed arrays and tensors. */
import type { InferenceSession, OnnxValue, Tensor, TensorConstructor } from "onnxruntime-node";
import { RunError } from "../base/errors.ts";
import { dimsOf } from "../base/shape.ts";
import type { Port } from "../graph/compile.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Model } from "../onnx/model.ts";

/** The part of ONNX Runtime's interface that is used; all its builds for JavaScript have it. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** A build of ONNX Runtime, and its options for programs on the CPU. */
export interface Provider {
  readonly ort: OnnxRuntime;
  readonly options: InferenceSession.SessionOptions;
}

/** Options that every provider gets. */
export const commonOptions: InferenceSession.SessionOptions = {
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: 3,
  // Planning memory by pattern keeps every step's tensors apart: twice the memory, and no gain in speed where steps are long.
  enableMemPattern: false,
  // Numbers below 1e-38 (moments of weights that have long had no gradient) count as 0: computing with them is many times slower.
  extra: { session: { set_denormal_as_zero: "1" } },
};

/** A tensor's name in a graph, and the tensor. */
export type Entry = [name: string, tensor: Tensor];

/** @throws RunError if ONNX Runtime refuses the graph */
export async function load(
  { ort, options }: Provider,
  name: string,
  model: Model,
  more: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(encodeModel(model), { ...options, ...more });
  } catch (cause) {
    throw new RunError(
      {
        where: `program ${name}`,
        expected: "a graph that ONNX Runtime loads",
        got: (cause as Error).message,
        fix: "this is a defect of Helmholtz: please report it with the program's printed graph",
      },
      { cause },
    );
  }
}

/** A tensor of a port's type that holds on to `data`. */
export function tensor({ ort }: Provider, p: Port, data: Float32Array, ...lead: number[]): Tensor {
  return new ort.Tensor("float32", data, [...lead, ...dimsOf(p.shape)]);
}

/** The numbers of a tensor in JavaScript's memory; truth values as 0 and 1. */
export function numbers(t: OnnxValue): Float32Array {
  const { data } = t as Tensor;
  return data instanceof Float32Array ? data : Float32Array.from(data as Uint8Array);
}
