/** Shapes of blocked images, and their numbers in float64. */
import { axis, type Shape } from "../../base/shape.ts";
import type { Tensor64 } from "../tensor64.ts";
import { BLOCK, eachElement, nominalShape } from "./layout.ts";

export const blockedOf = (batch: Shape[number], channels: number, sizes: readonly number[]): Shape => [
  batch,
  axis("", channels / BLOCK),
  ...sizes.map((n) => axis("", n)),
  axis("", BLOCK),
];

/** The plain shape of a blocked image: its nominal one. */
export const imageOf = nominalShape;

/** Blocked, under either shape; a plain image has fewer channels than a block. */
export const isBlocked = (dims: readonly number[]): boolean => dims.length === 5 || dims[1] >= BLOCK;

/** A blocked image as a plain one; a plain one as it is. */
export function unblocked(x: Tensor64): Tensor64 {
  if (!isBlocked(x.dims)) return x;
  const [n, c, h, w, block = 1] = x.dims;
  const data = new Float64Array(x.data.length);
  eachElement(n, c * block, h * w, (plain, blocked) => {
    data[plain] = x.data[blocked];
  });
  return { dims: [n, c * block, h, w], data };
}

/** A plain image's numbers (batch, channels, height, width), in blocks. */
export function blockedNumbers(plain: Float64Array, [n, c, h, w]: readonly number[]): Float64Array {
  const out = new Float64Array(plain.length);
  eachElement(n, c, h * w, (at, blocked) => {
    out[blocked] = plain[at];
  });
  return out;
}
