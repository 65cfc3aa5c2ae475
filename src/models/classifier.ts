/**
 * Convolutional classifier: the judge of repeated inference's final states.
 * Nagano, Karakida & Okada, "Concept formation and dynamics of repeated inference in deep generative models"
 * (arXiv:1712.04195), Appendix B: Input – Convolution – Convolution – Pooling – Dropout 1 – FullyConnected – Dropout 2 – SoftMax, kernels
 * of 3, pooling of 2, dropout of 0.25 and 0.5, ReLU.
 *
 *   x (batch, pixel)  intensities in [0, 1]      label (batch)  number of the class
 *
 * Unstated in the paper: filters and units. Here 32, 64 and 128, without padding, as in the example of Keras 2, the library it used.
 */
import { axis } from "../base/shape.ts";
import { categorical } from "../distributions/categorical.ts";
import { relu } from "../graph/ops/activations.ts";
import { mul } from "../graph/ops/arithmetic.ts";
import { sum } from "../graph/ops/broadcast.ts";
import { equal, indicator } from "../graph/ops/compare.ts";
import { max } from "../graph/ops/extrema.ts";
import { oneHot } from "../graph/ops/gather.ts";
import { reshape } from "../graph/ops/layout.ts";
import { maxPool } from "../graph/ops/max-pool.ts";
import { softmaxCrossEntropy } from "../graph/ops/softmax.ts";
import type { Value } from "../graph/value.ts";
import { conv2d } from "../nn/conv.ts";
import { dense } from "../nn/dense.ts";
import { dropout } from "../nn/dropout.ts";
import type { InitializerName } from "../nn/initializers.ts";
import type { Phase } from "../nn/phase.ts";
import type { Model } from "./model.ts";

export interface ClassifierConfig {
  /** Rows and columns of x. */
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  /** Channels of the two convolutions (32, 64). */
  readonly filters: readonly [first: number, second: number];
  /** Units of the fully connected layer (128). */
  readonly hidden: number;
  /** Rates of dropout after pooling and after the fully connected layer (0.25, 0.5). */
  readonly dropout: readonly [pooled: number, hidden: number];
  readonly init: InitializerName;
}

export const classifierDefaults: ClassifierConfig = {
  height: 28,
  width: 28,
  classes: 10,
  filters: [32, 64],
  hidden: 128,
  dropout: [0.25, 0.5],
  init: "glorot-uniform",
};

export function classifier(config: ClassifierConfig): Model {
  const { height, width, classes, init } = config;
  const [first, second] = config.filters.map((n) => axis("", n));
  const [units, klass] = [axis("hidden", config.hidden), axis("class", classes)];
  // Two convolutions of 3 × 3 without padding, then halves.
  const pooled = axis("pooled", second.size * Math.floor((height - 4) / 2) * Math.floor((width - 4) / 2));

  const conv1 = conv2d("conv1", { from: axis("", 1), to: first, kernel: 3, init });
  const conv2 = conv2d("conv2", { from: first, to: second, kernel: 3, init });
  const full = dense("hidden", { from: pooled, to: units, init });
  const out = dense("logits", { from: units, to: klass, init });

  const logits = (x: Value, phase: Phase): Value => {
    const [batch] = x.shape;
    const drop = (v: Value, rate: number, name: string): Value => (phase === "evaluation" ? v : dropout(v, rate, name));
    const features = relu(conv2(relu(conv1(reshape(x, [batch, 1, height, width])))));
    const flat = reshape(maxPool(features, { kernel: 2 }), [batch, pooled]);
    const h = relu(full(drop(flat, config.dropout[0], "dropout/pooled")));
    return out(drop(h, config.dropout[1], "dropout/hidden")); // (batch, class)
  };

  return {
    name: "classifier",
    source: "Nagano, Karakida & Okada, arXiv:1712.04195, Appendix B",
    observation: {
      shape: [axis("pixel", height * width)],
      range: [0, 1],
      doc: "pixel intensities, 0 = background, 1 = ink",
    },
    target: { field: "label", shape: [], doc: "number of the class" },
    latents: [],
    variables: [conv1, conv2, full, out].flatMap((layer) => layer.variables),
    classify: (x) => categorical(logits(x, "evaluation")),
    objective: "log-likelihood",
    /** −log p(label | x) */
    loss: ({ x, target }, phase) => ({
      "cross-entropy": softmaxCrossEntropy(logits(x, phase), oneHot(target!, classes)),
    }),
    /** 1 where the class of the largest probability is the label. */
    scores: ({ x, target }) => {
      const { logProbabilities } = categorical(logits(x, "evaluation"));
      const likeliest = indicator(equal(logProbabilities, max(logProbabilities, [-1], true)));
      return { accuracy: sum(mul(likeliest, oneHot(target!, classes)), [-1]) };
    },
  };
}
