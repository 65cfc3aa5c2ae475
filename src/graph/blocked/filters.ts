/** How the runtime's blocked convolution wants its kernels: 16 inputs × 16 outputs side by side for every tap. */
import { ints } from "../../onnx/attribute.ts";
import type { Lowering } from "../op.ts";
import { BLOCK } from "./layout.ts";

/** (O, I, kernel) → blocks of 16 inputs × 16 outputs for every tap, the order in which the runtime's kernel reads. */
export function filter(g: Lowering, w: string, [O, I, kh, kw]: readonly number[]): string {
  return g.node("Reshape", [blocksOf(g, w, [O, I, kh, kw]), g.ints([O, I, kh, kw])]);
}

/** (O/16, I/16, taps, 16 inputs, 16 outputs) */
function blocksOf(g: Lowering, w: string, [O, I, kh, kw]: readonly number[]): string {
  const cut = g.node("Reshape", [w, g.ints([O / BLOCK, BLOCK, I / BLOCK, BLOCK, kh * kw])]);
  // in two moves: one that swaps all these axes at once is many times slower
  const outputsLast = g.node("Transpose", [cut], { perm: ints([0, 2, 3, 4, 1]) });
  return g.node("Transpose", [outputsLast], { perm: ints([0, 1, 3, 2, 4]) });
}

/** The same from a matrix (I, O): its rows are cut where they lie. */
export function matrixFilter(g: Lowering, w: string, [I, O]: readonly number[]): string {
  const cut = g.node("Reshape", [w, g.ints([I / BLOCK, BLOCK, O / BLOCK, BLOCK])]);
  return g.node("Reshape", [g.node("Transpose", [cut], { perm: ints([2, 0, 1, 3]) }), g.ints([O, I, 1, 1])]);
}

/** The same from its blocks (O/16, I/16, 16, 16). */
export function blockFilter(g: Lowering, w: string, [o, i]: readonly number[]): string {
  return g.node("Reshape", [w, g.ints([o * BLOCK, i * BLOCK, 1, 1])]);
}

/** The same for a plain input of few channels: (O/16, I, kernel, 16 outputs). */
export function firstFilter(g: Lowering, w: string, [O, I, kh, kw]: readonly number[]): string {
  const cut = g.node("Reshape", [w, g.ints([O / BLOCK, BLOCK, I, kh, kw])]);
  return g.node("Reshape", [g.node("Transpose", [cut], { perm: ints([0, 2, 3, 4, 1]) }), g.ints([O, I, kh, kw])]);
}

/** Blocks of the kernel with inputs and outputs swapped: (I/16, O/16, taps, 16 outputs, 16 inputs). */
export function swappedBlocks(g: Lowering, w: string, [O, I, kh, kw]: readonly number[]): string {
  return blocksOf(g, g.node("Transpose", [w], { perm: ints([1, 0, 2, 3]) }), [I, O, kh, kw]);
}

/** Some taps of a blocked kernel, in the order given. */
export function taps(g: Lowering, blocks: string, which: readonly number[]): string {
  return g.node("Gather", [blocks, g.ints(which)], { axis: { kind: "int", value: 2 } });
}
