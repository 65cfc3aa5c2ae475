import type { Finding } from "../experiment.ts";
import { average, meanAndSpread } from "../spread.ts";
import { type MeasuredRow, meanImpulse, type PpcResult, relativeErrors, type SeedScores } from "./ppc-result.ts";
import { NEGLIGIBLE } from "./ppc-row.ts";
import { AVERAGED } from "./ppc-runs.ts";

/** Errors are told in 10⁻⁴ rad². */
const UNIT = 1e4;

const tenThousandths = (values: readonly number[]): string =>
  meanAndSpread(
    values.map((v) => v * UNIT),
    2,
    " × 10⁻⁴",
  );

/** Without the number of seeds, which the first number of a line has told. */
const alone = (text: string): string => text.replace(/ \((?:n = \d+|1 seed)\)$/, "");

export function ppcFindings(result: PpcResult): Finding[] {
  return [
    ...result.rows.map(lineOf),
    ...referenceFindings(result),
    ...comparisons(result.rows),
    ...controls(result.rows),
    ...orders(result),
  ];
}

/** The paper's number beside ours, with all that belongs to it. */
function lineOf({ name, paper, seeds }: MeasuredRow): Finding {
  const of = (value: (s: SeedScores) => number): string => alone(tenThousandths(seeds.map(value)));
  const readout = seeds.flatMap((s) => s.readout ?? []);
  return {
    what: `${name}: mean squared error of the position, rad²`,
    paper: `${(paper * UNIT).toFixed(1)} × 10⁻⁴`,
    ours: [
      tenThousandths(seeds.map((s) => s.mse)),
      `ratio to the true Kalman filter ${alone(meanAndSpread(seeds.map((s) => s.ratio)))}`,
      ...(readout.length > 0 ? [`linear read-out ${alone(tenThousandths(readout))}`] : []),
      `W_u = 0 ${of((s) => s.memoryless)}`,
      `shuffled time ${of((s) => s.shuffled)}`,
    ].join("; "),
    verdict: "measured",
  };
}

function referenceFindings({ references: { spikes, kalman } }: PpcResult): Finding[] {
  const within = (value: number, low: number, high: number): Finding["verdict"] =>
    value >= low && value <= high ? "shown" : "not shown";
  return [
    {
      what: "spikes alone, step by step, rad² (shown: 11 to 13 × 10⁻⁴)",
      paper: "not in the table; order 0 can do no better",
      ours: `${(spikes * UNIT).toFixed(2)} × 10⁻⁴`,
      verdict: within(spikes, 11e-4, 13e-4),
    },
    {
      what: "Kalman filter with the true parameters, rad² (shown: 1.3 to 1.6 × 10⁻⁴)",
      paper: "not in the table",
      ours: `${(kalman.mse * UNIT).toFixed(2)} × 10⁻⁴; W_u = 0 ${(kalman.memoryless * UNIT).toFixed(2)} × 10⁻⁴; shuffled time ${(kalman.shuffled * UNIT).toFixed(0)} × 10⁻⁴`,
      verdict: within(kalman.mse, 1.3e-4, 1.6e-4),
    },
  ];
}

function comparisons(rows: readonly MeasuredRow[]): Finding[] {
  const refhs = rows.filter((row) => row.id === "refh" || row.id === AVERAGED.id);
  const mean = (row: MeasuredRow): number => average(row.seeds.map((s) => s.mse));
  const ofPaper = rows.filter((row) => row.id !== AVERAGED.id);
  const means = ofPaper.map(mean);
  const pairs = means.flatMap((m, i) => means.slice(i + 1).map((other) => m > other));
  const right = pairs.filter(Boolean).length;
  return [
    ...refhs.flatMap((refh): Finding[] => [
      {
        what: `mean error of the ${refh.name} over seeds, rad² (shown: at most 4.2 × 10⁻⁴; partly: at most 5 × 10⁻⁴)`,
        paper: "3.3 × 10⁻⁴",
        ours: tenThousandths(refh.seeds.map((s) => s.mse)),
        verdict: mean(refh) <= 4.2e-4 ? "shown" : mean(refh) <= 5e-4 ? "partly" : "not shown",
      },
      ...ascending(rows, [refh.id, "trbm", "order-zero"]),
      ...ascending(rows, [refh.id, "kf-1"]),
    ]),
    ...ascending(rows, ["kf-2", "kf-1"]),
    {
      what: "pairs of lines whose mean errors are in the paper's order (shown: all; partly: three quarters)",
      paper: ofPaper.map((row) => row.name).join(" > "),
      ours: `${right} of ${pairs.length}: ${[...ofPaper]
        .sort((a, b) => mean(b) - mean(a))
        .map((row) => row.name)
        .join(" > ")}`,
      verdict: right === pairs.length ? "shown" : right >= 0.75 * pairs.length ? "partly" : "not shown",
    },
  ];
}

/** Is each line better than the next in every seed that all have? */
function ascending(rows: readonly MeasuredRow[], ids: readonly string[]): Finding[] {
  const lines = ids.flatMap((id) => rows.find((row) => row.id === id) ?? []);
  if (lines.length < ids.length) return [];
  const errorOf = (row: MeasuredRow, seed: number) => row.seeds.find((s) => s.seed === seed)?.mse;
  const inOrder = (errors: readonly (number | undefined)[]): boolean =>
    errors.every((e, i) => i === 0 || errors[i - 1]! < e!);
  const seeds = lines[0].seeds.map((s) => s.seed).filter((seed) => lines.every((l) => errorOf(l, seed) !== undefined));
  const good = seeds.filter((seed) => inOrder(lines.map((l) => errorOf(l, seed))));
  const inMean = inOrder(lines.map((l) => average(l.seeds.map((s) => s.mse))));
  return [
    {
      what: `error of ${lines.map((l) => l.name).join(" < ")} (shown: in every seed; partly: in the means)`,
      paper: lines.map((l) => (l.paper * UNIT).toFixed(1)).join(" < "),
      ours: `in ${good.length} of ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`,
      verdict: good.length === seeds.length ? "shown" : inMean ? "partly" : "not shown",
    },
  ];
}

function controls(rows: readonly MeasuredRow[]): Finding[] {
  const recurrent = rows.filter((row) => row.id !== "order-zero");
  const kept = (row: MeasuredRow, of: (s: SeedScores) => number): number =>
    average(row.seeds.map((s) => of(s) / s.mse));
  const control = (what: string, of: (s: SeedScores) => number): Finding => {
    const worse = recurrent.filter((row) => row.seeds.every((s) => of(s) > s.mse));
    return {
      what: `error with ${what}, times the usual one, without order 0 (shown: above 1 in every seed of every line; partly: of most lines)`,
      paper: "no controls",
      ours: recurrent.map((row) => `${row.name} ${kept(row, of).toFixed(1)}`).join(", "),
      verdict:
        worse.length === recurrent.length ? "shown" : worse.length > recurrent.length / 2 ? "partly" : "not shown",
    };
  };
  return [control("the state set back (W_u = 0)", (s) => s.memoryless), control("shuffled time", (s) => s.shuffled)];
}

/** Of what order are the dynamics that were learned? */
function orders({ rows, references: { kalman } }: PpcResult): Finding[] {
  const all = [...rows, { name: "true Kalman filter", seeds: [kalman] }];
  const counts = (values: readonly number[]): string => {
    const distinct = [...new Set(values)].sort((a, b) => a - b);
    if (distinct.length === 1) return String(distinct[0]);
    return distinct.map((v) => `${v} (${values.filter((x) => x === v).length} of ${values.length})`).join(" and ");
  };
  return [
    {
      what: `least order of autoregression that predicts the estimates to within ${NEGLIGIBLE * 100} % of the filter's own error (else the least order with at most twice the error of the best of 0 to 4)`,
      paper: "no measure; the rVAE is said to learn second-order dynamics, worse than the rEFH",
      ours: all.map(({ name, seeds }) => `${name}: ${counts(seeds.map((s) => s.autoregression.order))}`).join("; "),
      verdict: "measured",
    },
    {
      what: "held-out error of order 2 over that of order 1",
      paper: "not reported",
      ours: all
        .map(({ name, seeds }) => {
          const relative = relativeErrors(seeds);
          return `${name}: ${(relative[2] / relative[1]).toFixed(3)}`;
        })
        .join("; "),
      verdict: "measured",
    },
    {
      what: "impulse response: at lag 0, and its least value with the lag (a first-order filter stays above 0, a second-order one passes below)",
      paper: "not reported",
      ours: all
        .map(({ name, seeds }) => {
          const { mean, error } = meanImpulse(seeds);
          const lag = mean.indexOf(Math.min(...mean));
          const least = `${mean[lag].toFixed(4)} ± ${error[lag].toFixed(4)}`.replaceAll("-", "−");
          return `${name}: ${mean[0].toFixed(3)}, ${least} at ${lag}`;
        })
        .join("; "),
      verdict: "measured",
    },
  ];
}
