/** Every op, once. Tests take their list from here. */
import { opOf } from "../elementwise.ts";
import type { Op } from "../op.ts";
import { leakyReluOp, relu, sigmoid, slopeOp, softplus, tanh } from "./activations.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { averagePoolOp, upsampleNearestOp } from "./average-pool.ts";
import { expandOp, sumOp } from "./broadcast.ts";
import { clipOp } from "./clip.ts";
import { equal, greater, greaterOrEqual, indicatorOp, whereOp } from "./compare.ts";
import { convOp, convTransposeOp, convWeightOp } from "./conv.ts";
import { cumulativeSumOp } from "./cumulative.ts";
import { abs, exp, log, sqrt } from "./elementary.ts";
import { maximum, maxOp, minimum } from "./extrema.ts";
import { gatherOp } from "./gather.ts";
import { concatOp, reshapeOp, splitOp, transposeOp } from "./layout.ts";
import { matmulOp } from "./matmul.ts";
import { matmulAddOp } from "./matmul-add.ts";
import { maxPoolGatherOp, maxPoolOp, maxPoolScatterOp } from "./max-pool.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle.ts";
import { padOp, sliceOp } from "./slice.ts";
import { softmaxOp } from "./softmax.ts";
import { stopGradientOp } from "./stop-gradient.ts";
import { vectorMatrixOp } from "./vector-matrix.ts";

export const allOps: readonly Op[] = [
  ...[neg, add, sub, mul, div, exp, log, sqrt, abs].map(opOf),
  ...[tanh, sigmoid, relu, softplus].map(opOf),
  ...[greater, greaterOrEqual, equal, maximum, minimum].map(opOf),
  ...([indicatorOp, whereOp, sumOp, expandOp, maxOp, softmaxOp] as unknown as Op[]),
  ...([matmulOp, matmulAddOp, vectorMatrixOp] as unknown as Op[]),
  ...([reshapeOp, transposeOp, concatOp, splitOp, stopGradientOp] as unknown as Op[]),
  ...([leakyReluOp, slopeOp] as unknown as Op[]),
  ...([convOp, convTransposeOp, convWeightOp] as unknown as Op[]),
  ...([sliceOp, padOp, gatherOp, cumulativeSumOp, clipOp] as unknown as Op[]),
  ...([maxPoolOp, maxPoolScatterOp, maxPoolGatherOp, averagePoolOp] as unknown as Op[]),
  ...([upsampleNearestOp, pixelShuffleOp, pixelUnshuffleOp] as unknown as Op[]),
];

export { leakyRelu, relu, sigmoid, silu, slope, softplus, tanh } from "./activations.ts";
export { add, addAll, div, mean, mul, neg, square, sub } from "./arithmetic.ts";
export { averagePool, upsampleNearest } from "./average-pool.ts";
export { expand, full, sum, sumTo } from "./broadcast.ts";
export { clip } from "./clip.ts";
export { equal, greater, greaterOrEqual, indicator, sign, where } from "./compare.ts";
export { conv, convTranspose } from "./conv.ts";
export { type CumulativeOptions, cumulativeSum } from "./cumulative.ts";
export { abs, exp, log, sqrt } from "./elementary.ts";
export { max, maximum, minimum } from "./extrema.ts";
export { gather, oneHot } from "./gather.ts";
export { concat, reshape, split, transpose } from "./layout.ts";
export { matmul } from "./matmul.ts";
export { maxPool } from "./max-pool.ts";
export { pixelShuffle, pixelUnshuffle } from "./pixel-shuffle.ts";
export type { PoolSettings } from "./pool-geometry.ts";
export { flip, pad, slice } from "./slice.ts";
export { logSoftmax, logSumExp, softmax, softmaxCrossEntropy } from "./softmax.ts";
export { stopGradient, straightThrough } from "./stop-gradient.ts";
export { withGradient } from "./with-gradient.ts";
