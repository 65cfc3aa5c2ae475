/** `helmholtz/node`: all of `helmholtz`, and what needs Node: sessions on ONNX Runtime, data on disk, training runs, reports. */

export { type Autoregression, type AutoregressionOptions, autoregression } from "./analyses/autoregression.ts";
export { invertPixels } from "./analyses/concepts/pixel-noise.ts";
export { repeatedInference } from "./analyses/concepts/repeated-inference.ts";
export { exportOnnx } from "./analyses/export-onnx.ts";
export { type FilteredSequences, openFilter, type SequenceFilter } from "./analyses/filtering.ts";
export {
  type DisplacedStep,
  type ImpulseResponse,
  type ImpulseResponseOptions,
  impulseResponse,
  type SequenceEstimator,
} from "./analyses/impulse-response.ts";
export { openInference, type Parameters } from "./analyses/inference.ts";
export { openPredictor, type PredictedSequences, type Predictor } from "./analyses/next-frame.ts";
export { principalComponents } from "./analyses/principal-components.ts";
export { sampleModel } from "./analyses/samples.ts";
export { openTracer, type SequenceTracer, type TracerSettings } from "./analyses/tracing.ts";
export { choose } from "./base/choose.ts";
export { writeFileAtomic } from "./base/files.ts";
export {
  type DatasetDescription,
  datasetIds,
  describeDatasets,
  type OpenOptions,
  openDataset,
  verifyDataset,
} from "./data/open.ts";
export { defaultDataDir } from "./data/sources.ts";
export type { Experiment, Finding, Outcome } from "./experiments/experiment.ts";
export { choosePreset, experiments, findExperiments } from "./experiments/index.ts";
export { type ProbedRun, probeRun, probesOf } from "./experiments/probe-run.ts";
export { experimentReport } from "./experiments/report/experiment-report.ts";
export { type ReportOptions, report, type WrittenReport } from "./experiments/report/report.ts";
export { type RunReportOptions, runReport } from "./experiments/report/run-report.ts";
export { groupOf, measureExperiment, type PresetName, type ResultFolders, runsOf } from "./experiments/reproduce.ts";
export { type ExperimentResult, type GroupResults, readResults } from "./experiments/results.ts";
export { resultsPage } from "./experiments/results-page.ts";
export { svgToPng } from "./experiments/svg-to-png.ts";
export * from "./index.ts";
export { findProbe, probes } from "./probes/index.ts";
export { evaluateRun } from "./recipes/evaluate-run.ts";
export { exportRun } from "./recipes/export-run.ts";
export { findRecipe, recipes } from "./recipes/index.ts";
export { machine, packageVersion, versions } from "./recipes/provenance.ts";
export type { Recipe } from "./recipes/recipe.ts";
export { type ResultRecord, recordRun } from "./recipes/record-run.ts";
export {
  continueRun,
  createRun,
  loadParameters,
  observedField,
  openRun,
  openRunData,
  type RunContext,
  type TrainRequest,
} from "./recipes/run.ts";
export { findRun, findRuns, type StoredRun, trainCommandOf, type WantedRun } from "./recipes/run-store.ts";
export { type Grid, gridRuns, lookUp, parseSeeds, type SweepState, type SweptRun, sweep } from "./recipes/sweep.ts";
export { cpu, defaultThreads, onnxRuntimeVersion, webgpu } from "./runtime/onnxruntime-node.ts";
export { type Checkpoint, checkpointSteps, loadCheckpoint, saveCheckpoint } from "./training/checkpoint.ts";
export { type Evaluation, openEvaluator } from "./training/evaluate.ts";
export { type Examples, framesInOrder, wholeExamples } from "./training/examples.ts";
export { type MetricRecord, readMetricLog } from "./training/metric-log.ts";
export { headline, metricLabel, metricText, metricUnit, metricValue } from "./training/metric-text.ts";
export { type RunRecord, readRun } from "./training/run-folder.ts";
export { decodeSafetensors, encodeSafetensors } from "./training/safetensors.ts";
export { type TrainingEvent, trainModel } from "./training/trainer.ts";
