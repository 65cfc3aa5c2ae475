/** What the runtime's blocked convolution is told. */
import { ints } from "../../onnx/attribute.ts";
import type { Attribute } from "../../onnx/model.ts";
import type { Geometry } from "../ops/conv-geometry.ts";

/** A function that the runtime applies to the result before it stores it. */
export type Activation = "" | "Relu" | "LeakyRelu" | "Sigmoid" | "Tanh";

/** @param slope of a leaky ReLU below 0 */
export function settings(
  g: Geometry,
  kernel: readonly number[],
  pads = g.pads,
  activation: Activation = "",
  slope = 0,
): Record<string, Attribute> {
  return {
    kernel_shape: ints(kernel),
    strides: ints(g.strides),
    pads: ints(pads),
    dilations: ints(g.dilations),
    ...(activation && { activation: { kind: "string", value: activation } as Attribute }),
    ...(activation === "LeakyRelu" && { activation_params: { kind: "floats", value: [slope] } as Attribute }),
  };
}

/** The same stride and pads on both axes. */
export function square(stride: number, pad: number): Geometry {
  return { strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [1, 1], groups: 1 };
}
