/**
 * `helmholtz`: what runs anywhere — graphs and their gradients, layers, distributions, models, generated data, figures.
 * What needs Node (sessions, files, training runs) is in `helmholtz/node`.
 */
export { type BootstrapOptions, bootstrap, type Interval } from "./analyses/bootstrap.ts";
export { correlationMatrix, correlationRatio, pearson } from "./analyses/factors/correlation.ts";
export { type Dci, dci } from "./analyses/factors/dci.ts";
export { deviations, type EventLag, eventLag } from "./analyses/factors/event-lag.ts";
export { type EventLockedAverage, type EventOptions, eventLockedAverage } from "./analyses/factors/event-locked.ts";
export type { Factor } from "./analyses/factors/factor.ts";
export { hoyerSparsity } from "./analyses/factors/hoyer.ts";
export { chanceInformation, informationInterval } from "./analyses/factors/information-chance.ts";
export {
  type BinnedOptions,
  binnedInformation,
  type Information,
  type NeighbourOptions,
  neighbourInformation,
} from "./analyses/factors/information-matrix.ts";
export { type LinearImportance, linearImportance } from "./analyses/factors/linear-importance.ts";
export { type LogisticDecoding, type LogisticOptions, logisticDecoding } from "./analyses/factors/logistic-decoding.ts";
export { type InformationGap, mutualInformationGap } from "./analyses/factors/mig.ts";
export { classInformation, continuousInformation } from "./analyses/factors/neighbour-information.ts";
export { type RidgeDecoding, ridgeDecoding } from "./analyses/factors/ridge-decoding.ts";
export { permutedUnits } from "./analyses/factors/units.ts";
export type { Rows } from "./analyses/rows.ts";
export { FileError, HelmholtzError, type Problem, RunError, ShapeError, UsageError } from "./base/errors.ts";
export { type Stream, stream, streams } from "./base/random.ts";
export { type Axis, axis, type Shape, shape, showShape } from "./base/shape.ts";
export { type Batches, consecutive, shuffled } from "./data/batches.ts";
export { type Dataset, type Field, fieldOf, type Split } from "./data/dataset.ts";
export { glyphs } from "./data/glyphs.ts";
export { type Bernoulli, bernoulli, klBernoulli } from "./distributions/bernoulli.ts";
export { type Categorical, categorical, klCategorical } from "./distributions/categorical.ts";
export type { Distribution } from "./distributions/distribution.ts";
export { type Gaussian, gaussian, klGaussian } from "./distributions/gaussian.ts";
export { klPoisson, logFactorial, type Poisson, poisson } from "./distributions/poisson.ts";
export { type ChartOptions, lineChart, scatterChart } from "./figures/chart.ts";
export { byTime, frameGrid } from "./figures/frame-grid.ts";
export { encodeGif, type GifOptions } from "./figures/gif.ts";
export { type GridOptions, imageGrid } from "./figures/image-grid.ts";
export { page, type Section } from "./figures/page.ts";
export { encodePng, type Picture } from "./figures/png.ts";
export { type Compiled, type CompileOptions, compile, type Program } from "./graph/compile.ts";
export { gradient } from "./graph/gradient.ts";
export { interpret } from "./graph/interpret.ts";
export { constant, input, noise, scalar, variable } from "./graph/leaves.ts";
export * as ops from "./graph/ops/index.ts";
export { print } from "./graph/print.ts";
export { named, type Value } from "./graph/value.ts";
export { type Chain, type Harmonium, type HarmoniumOptions, harmonium } from "./models/harmonium.ts";
export { type HvrnnConfig, hvrnn, hvrnnDefaults } from "./models/hvrnn.ts";
export type {
  Filter,
  Intervention,
  Latent,
  Learned,
  LossTerms,
  Model,
  Observation,
  PredictionOptions,
  Trace,
  TraceOptions,
} from "./models/model.ts";
export { type OrderZeroConfig, orderZero } from "./models/order-zero.ts";
export type { RecurrentHarmoniumConfig } from "./models/recurrent-harmonium.ts";
export type { RecurrentVaeConfig } from "./models/recurrent-vae-nets.ts";
export { refh } from "./models/refh.ts";
export { type RtrbmConfig, rtrbm } from "./models/rtrbm.ts";
export { type RvaeConfig, rvae } from "./models/rvae.ts";
export { trbm } from "./models/trbm.ts";
export { tvae } from "./models/tvae.ts";
export { type VaeConfig, vae, vaeDefaults } from "./models/vae.ts";
export { type VrnnConfig, vrnn, vrnnDefaults } from "./models/vrnn.ts";
export { type ActivationName, activations } from "./nn/activations.ts";
export { type BatchNorm, type BatchNormOptions, batchNorm } from "./nn/batch-norm.ts";
export { type Cell, type CellState, carriedState, detached, zeroState } from "./nn/cell.ts";
export { type ConvOptions, conv1d, conv2d } from "./nn/conv.ts";
export { type ConvLstmOptions, convLstm } from "./nn/conv-lstm.ts";
export { type ConvTransposeOptions, convTranspose1d, convTranspose2d } from "./nn/conv-transpose.ts";
export { type DenseOptions, dense, type Layer } from "./nn/dense.ts";
export { divisiveNorm } from "./nn/divisive-norm.ts";
export { gru } from "./nn/gru.ts";
export { type Init, type InitializerName, initializers } from "./nn/initializers.ts";
export { type LayerNormOptions, layerNorm } from "./nn/layer-norm.ts";
export { type LstmOptions, lstm } from "./nn/lstm.ts";
export { type Phase, type VariableUpdates, variableUpdates } from "./nn/phase.ts";
export { stacked, stackSteps, timeSteps, type Unrolled, unroll } from "./nn/recurrence.ts";
export { type RnnOptions, rnn } from "./nn/rnn.ts";
export { decodeModel } from "./onnx/decode.ts";
export { encodeModel } from "./onnx/encode.ts";
export type * as onnx from "./onnx/model.ts";
export { Chunk } from "./runtime/chunk.ts";
export { compileFor, targetOf } from "./runtime/compile-for.ts";
export { drawNoise, initialState, type NoiseSource, noiseOf } from "./runtime/feeds.ts";
export type { Feeds, Fetches, Runtime, Session, SessionOptions, State } from "./runtime/session.ts";
export { adam, clipByGlobalNorm, type Optimizer, sgd } from "./training/optimizers.ts";
export { constantRate, cosine, piecewise, type Schedule } from "./training/schedules.ts";
export { compileStep, trainingStep } from "./training/step.ts";
