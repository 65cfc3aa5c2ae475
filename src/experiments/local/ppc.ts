import { meanSquaredDistance } from "../../base/circle.ts";
import { internal } from "../../base/errors.ts";
import { springModel } from "../../data/damped-spring.ts";
import { experiment, type TrainedRun } from "../experiment.ts";
import { fittedKalman, kalmanEstimator } from "./kalman-rows.ts";
import { positionFilter } from "./position-filter.ts";
import { ppcFigures } from "./ppc-figures.ts";
import { ppcFindings } from "./ppc-findings.ts";
import { type Example, type MeasuredRow, meanImpulse, type PpcResult, type SeedScores } from "./ppc-result.ts";
import { type FilterScores, readoutError, scoreFilter } from "./ppc-row.ts";
import { kalmanRows, learnedRows, ppcRuns, rowOf } from "./ppc-runs.ts";
import { type PpcOptions, type PpcStage, ppcStage, trainingSequences } from "./ppc-stage.ts";

const options: PpcOptions = {
  readout: { sequences: 80, steps: 500, every: 4 },
  kalman: { sequences: 20, steps: 500, iterations: 100 },
  impulse: { at: 100, displacement: 0.05, lags: 80, sequences: 100 },
  settle: 50,
};

export const ppc = experiment<PpcOptions>({
  id: "local/ppc",
  title: "Filters of a spring's position, learned without back-propagation through time",
  source: {
    paper: "Abdulsalam & Makin, Learning recurrent models with temporally local rules",
    part: "LTI system + PPC, table of mean squared errors",
  },
  about:
    "Neurons report a damped spring's position by noisy spikes. Which models learn to filter them, and of what order are the dynamics that they " +
    "learn? Errors of the centre of mass of each reconstruction, and of a linear read-out of the states, beside those of Kalman filters of one and " +
    "two latents fitted to the same kind of spikes, and of the one with the true parameters. Beyond the paper: each filter's impulse response, and the " +
    "order of the autoregression that predicts its estimates. Controls: the state set back before every step (W_u = 0), and the steps of each " +
    "sequence in random order.",
  presets: {
    paper: {
      note: "The paper's sizes; ten seeds, three of the RTRBM. The rEFH twice: with its last parameters, as in the paper, and with their mean at the ends of the last ten of fifty epochs. Each seed has training sequences of its own; the test sequences are the same for all.",
      runs: ppcRuns("paper", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3]),
      options,
    },
    quick: {
      note: "As the paper, but 20 of the TRBM's 255 epochs, and 80 of the RTRBM's. Three quarters of an hour on two cores.",
      runs: ppcRuns("quick", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3]),
      options,
    },
    smoke: {
      note: "20 hidden units and short sequences: for tests.",
      runs: ppcRuns("smoke", [1, 2], [1]),
      options: {
        readout: { sequences: 4, steps: 40, every: 1 },
        kalman: { sequences: 2, steps: 20, iterations: 2 },
        impulse: { at: 20, displacement: 0.05, lags: 10, sequences: 4 },
        settle: 10,
      },
    },
  },
  async measure(runs, options, { progress }) {
    const result = await measurePpc(runs, options, progress);
    const { rows, references } = result;
    return {
      findings: ppcFindings(result),
      numbers: {
        spikes: references.spikes,
        kalman: compact({ ...references.kalman, seed: 0, ratio: 1 }),
        rows: rows.map((row) => ({ ...row, seeds: row.seeds.map(compact), impulse: meanImpulse(row.seeds) })),
      },
      figures: ppcFigures(result),
    };
  },
});

/** A seed's numbers without its curve, which stands with the row. */
function compact({ impulse: _, ...scores }: SeedScores): Omit<SeedScores, "impulse"> {
  return scores;
}

async function measurePpc(
  runs: readonly TrainedRun[],
  options: PpcOptions,
  progress: (part: number) => void,
): Promise<PpcResult> {
  const stage = ppcStage((await runs[0].open()).dataset, options);
  const { data, test, centres } = stage;
  const known = await scoreFilter(kalmanEstimator(data, springModel(data.spring)), stage, options);
  const seedScores = (seed: number, scores: FilterScores): SeedScores => ({
    seed,
    ratio: scores.mse / known.mse,
    ...scores,
  });
  const seeds = [...new Set(runs.map(({ run }) => run.record.seed))];
  const parts = runs.length + kalmanRows.length * seeds.length;
  let done = 0;
  const part = <T>(found: T): T => {
    progress(++done / parts);
    return found;
  };

  const shown: Record<string, Float64Array> = {};
  const learned = new Map<string, SeedScores[]>();
  for (const trained of runs) {
    const { seed } = trained.run.record;
    const row = rowOf(trained.run.config) ?? internal(`no line for ${trained.run.folder}`);
    const filter = positionFilter(await trained.open(), data.code);
    const estimate = async (spikes: Float32Array, count: number) => (await filter.filter(spikes, count)).decoded;
    const { estimates, ...scores } = await scoreFilter(estimate, stage, options);
    const readout = await readoutError(filter, stage, options, seed);
    await filter.dispose();
    learned.set(row.id, [...(learned.get(row.id) ?? []), part({ ...seedScores(seed, scores), readout })]);
    if (row.id === "refh") shown[row.name] ??= estimates;
  }
  const kalman: MeasuredRow[] = [];
  for (const { id, name, paper, order } of kalmanRows) {
    const found: SeedScores[] = [];
    for (const seed of seeds) {
      const { sequences, steps, iterations } = options.kalman;
      const { spikes, count } = trainingSequences(stage, seed, sequences, steps);
      const model = fittedKalman(data, spikes, count, { order, iterations });
      const { estimates: _, ...scores } = await scoreFilter(kalmanEstimator(data, model), stage, options);
      found.push(part(seedScores(seed, scores)));
    }
    kalman.push({ id, name, paper, seeds: found });
  }
  const { estimates, ...references } = known;
  shown["Kalman filter with the true parameters"] = estimates;
  return {
    rows: [...learnedRows.map(({ id, name, paper }) => ({ id, name, paper, seeds: learned.get(id) ?? [] })), ...kalman]
      .filter((row) => row.seeds.length > 0)
      .sort((a, b) => b.paper - a.paper),
    references: {
      spikes: meanSquaredDistance(centres, test.position, data.code.circumference),
      kalman: references,
    },
    example: exampleOf(stage, shown),
  };
}

/** Steps of the first test sequence that are drawn, and where they begin if the sequence is long enough. */
const [SHOWN, FROM] = [200, 100];

function exampleOf({ test, centres }: PpcStage, estimates: Readonly<Record<string, Float64Array>>): Example {
  const from = Math.max(0, Math.min(FROM, test.length - SHOWN));
  const part = (all: Float32Array | Float64Array): number[] =>
    Array.from(all.subarray(from, Math.min(from + SHOWN, test.length)));
  return {
    from,
    position: part(test.position),
    spikes: part(centres),
    estimates: Object.fromEntries(Object.entries(estimates).map(([name, all]) => [name, part(all)])),
  };
}
