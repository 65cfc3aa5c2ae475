/** Every op, once. Tests take their list from here. */
import { opOf } from "../elementwise.ts";
import type { Op } from "../op.ts";
import { relu, sigmoid, softplus, tanh } from "./activations.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { expandOp, sumOp } from "./broadcast.ts";
import { equal, greater, greaterOrEqual, indicatorOp, whereOp } from "./compare.ts";
import { abs, exp, log, sqrt } from "./elementary.ts";
import { maximum, maxOp, minimum } from "./extrema.ts";
import { concatOp, reshapeOp, splitOp, transposeOp } from "./layout.ts";
import { matmulOp } from "./matmul.ts";
import { softmaxOp } from "./softmax.ts";
import { stopGradientOp } from "./stop-gradient.ts";

export const allOps: readonly Op[] = [
  ...[neg, add, sub, mul, div, exp, log, sqrt, abs].map(opOf),
  ...[tanh, sigmoid, relu, softplus].map(opOf),
  ...[greater, greaterOrEqual, equal, maximum, minimum].map(opOf),
  ...([indicatorOp, whereOp, sumOp, expandOp, maxOp, softmaxOp, matmulOp] as unknown as Op[]),
  ...([reshapeOp, transposeOp, concatOp, splitOp, stopGradientOp] as unknown as Op[]),
];

export { leakyRelu, relu, sigmoid, silu, softplus, tanh } from "./activations.ts";
export { add, addAll, div, mean, mul, neg, square, sub } from "./arithmetic.ts";
export { expand, full, sum, sumTo } from "./broadcast.ts";
export { equal, greater, greaterOrEqual, indicator, sign, where } from "./compare.ts";
export { abs, exp, log, sqrt } from "./elementary.ts";
export { max, maximum, minimum } from "./extrema.ts";
export { concat, reshape, split, transpose } from "./layout.ts";
export { matmul } from "./matmul.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";
export { stopGradient } from "./stop-gradient.ts";
