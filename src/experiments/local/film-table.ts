import { bootstrap, type Interval } from "../../analyses/bootstrap.ts";
import { stream } from "../../base/random.ts";
import { type Bar, barChart } from "../../figures/bar-chart.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import type { Finding } from "../experiment.ts";
import { average, meanAndSpread } from "../spread.ts";
import type { FilmPrediction } from "./film-prediction.ts";

/** What a table has of a model. */
export interface FilmModel {
  readonly name: string;
  /** Mean squared error a pixel in the paper. */
  readonly paper?: number;
}

/** All trainings of one model. */
export interface FilmRow extends FilmModel {
  /** "refh", as in the recipe's configuration. */
  readonly kind: string;
  readonly runs: readonly FilmPrediction[];
  /** Mean squared errors a pixel, one number a seed: of predictions, with states of 0, and on frames in shuffled time. */
  readonly mse: readonly number[];
  readonly withoutRecurrence: readonly number[];
  readonly shuffledTime: readonly number[];
  /** Error of each film, mean over seeds: all models saw the same test films. */
  readonly films: readonly number[];
  /** 95 % interval of the mean of these. */
  readonly interval: Interval;
}

/** Trainings by model. */
export function filmRows(
  found: readonly FilmPrediction[],
  models: Readonly<Record<string, FilmModel>>,
  resamples: number,
): FilmRow[] {
  return [...new Set(found.map((f) => f.kind))].map((kind) => {
    const runs = found.filter((f) => f.kind === kind);
    const score = (name: string): number[] => runs.map((r) => r.scores[name]);
    const films = runs[0].errors.map((_, film) => average(runs.map((r) => r.errors[film])));
    return {
      kind,
      ...(models[kind] ?? { name: kind }),
      runs,
      mse: score("next-frame-mse"),
      withoutRecurrence: score("no-recurrence-mse"),
      shuffledTime: score("shuffled-time-mse"),
      films,
      interval: filmInterval(films, resamples),
    };
  });
}

/** 95 % interval of the mean over films, films being drawn anew. */
export function filmInterval(films: readonly number[], resamples: number): Interval {
  const [interval] = bootstrap(films.length, (drawn) => [average(Array.from(drawn, (film) => films[film]))], {
    stream: stream(0, "experiments/local/films"),
    resamples,
  });
  return interval;
}

/** "0.0065 to 0.0070" */
const rangeText = ({ low, high }: Interval): string => `${signed(low)} to ${signed(high)}`;

/** Four decimals. */
const signed = (value: number): string => value.toFixed(4).replace("-", "−");

/** Errors of what needs no model. */
export interface FilmControls {
  readonly copyLast: number;
  readonly meanFrame: number;
}

export function filmControls([{ runs }]: readonly FilmRow[]): FilmControls {
  const [{ scores }] = runs;
  return { copyLast: scores["copy-last-mse"], meanFrame: scores["mean-frame-mse"] };
}

/** Everything measured, as plain JSON. */
export function filmNumbers(rows: readonly FilmRow[]): Record<string, unknown> {
  return {
    controls: filmControls(rows),
    models: rows.map(({ kind, runs, mse, interval, withoutRecurrence, shuffledTime, films }) => ({
      kind,
      chains: runs.map((r) => r.chains),
      seeds: runs.map((r) => r.seed),
      mse,
      interval: [interval.low, interval.high],
      withoutRecurrence,
      shuffledTime,
      films,
    })),
  };
}

/** A model's error beside the paper's. @param remark on the paper's number */
export function rowFinding({ name, paper, runs, mse, interval }: FilmRow, remark = ""): Finding {
  const sse = average(runs.map((r) => r.scores["next-frame-sse"]));
  return {
    what: `next frame of ${name}, mean squared error a pixel (95 % interval over films)`,
    paper: paper === undefined ? "not given" : `${paper.toFixed(4)}${remark}`,
    ours: `${meanAndSpread(mse, 4)}; ${rangeText(interval)}; ${sse.toFixed(2)} a frame`,
    verdict: "measured",
  };
}

/** Is a model better than both predictors that need none? @param paper what the paper says of it */
export function beatsControlsFinding({ name, mse, interval }: FilmRow, controls: FilmControls, paper: string): Finding {
  const level = Math.min(controls.copyLast, controls.meanFrame);
  const seeds = mse.filter((m) => m < level).length;
  return {
    what:
      `${name} predicts better than the frame before and the mean frame do (shown: in every seed, the interval below both; partly: in some ` +
      "seeds)",
    paper,
    ours: `${seeds} of ${mse.length} ${mse.length === 1 ? "seed" : "seeds"}; ${rangeText(interval)}, the better of the two ${level.toFixed(4)}`,
    verdict: seeds === mse.length && interval.high < level ? "shown" : seeds > 0 ? "partly" : "not shown",
  };
}

/** Is the first model better than the second, film by film? */
export function betterFinding(better: FilmRow, worse: FilmRow, resamples: number): Finding {
  const gains = worse.films.map((e, film) => e - better.films[film]);
  const interval = filmInterval(gains, resamples);
  return {
    what: `${better.name} predicts better than ${worse.name} (shown: 95 % interval of the difference over films above 0)`,
    paper: `by ${(worse.paper! - better.paper!).toFixed(4)}`,
    ours: `by ${signed(average(gains))} (${rangeText(interval)})`,
    verdict: interval.low > 0 ? "shown" : "not shown",
  };
}

/** @param given what is known of the paper's controls */
export function controlFindings(rows: readonly FilmRow[], given: string): Finding[] {
  const { copyLast, meanFrame } = filmControls(rows);
  const recurrent = rows.filter((r) => r.runs[0].recurrent);
  const own = recurrent.map(
    (r) => `${r.name} ${signed(average(r.withoutRecurrence))}; ${signed(average(r.shuffledTime))}`,
  );
  return [
    {
      what: "null controls that need no model: the frame before; the mean training frame",
      paper: given,
      ours: `${copyLast.toFixed(4)}; ${meanFrame.toFixed(4)}`,
      verdict: "measured",
    },
    {
      what: "null controls of the models: without recurrence (states of 0); on frames in shuffled time",
      paper: "not given",
      ours: own.join(", "),
      verdict: "measured",
    },
  ];
}

/** How much of an error is that of a single draw? @param chains whose predictions were averaged */
export function chainFinding(rows: readonly FilmRow[], chains: number): Finding {
  const texts = rows.map(({ name, runs }) => {
    const of = (which: "one" | "mean"): string => signed(average(runs.map((r) => r.chains[which])));
    return `${name} ${of("one")} → ${of("mean")}`;
  });
  return {
    what: `error of one chain's prediction → of the mean of ${chains} chains' (the first ${rows[0].runs[0].chains.films} films)`,
    paper: "one chain",
    ours: texts.join(", "),
    verdict: "measured",
  };
}

/** Errors of all models beside their controls and the paper's numbers. */
export function errorFigure(id: string, rows: readonly FilmRow[]): NamedFigure {
  const { copyLast, meanFrame } = filmControls(rows);
  const bars: Bar[] = rows.flatMap(({ name, paper, mse, interval, withoutRecurrence, shuffledTime, runs }) => [
    { name, value: average(mse), ...interval },
    ...(runs[0].recurrent
      ? [
          { name, value: average(withoutRecurrence), group: 1 },
          { name, value: average(shuffledTime), group: 2 },
        ]
      : []),
    ...(paper === undefined ? [] : [{ name, value: paper, group: 3 }]),
  ]);
  const ofPaper = rows.some((r) => r.paper !== undefined);
  return {
    name: "errors",
    image: {
      svg: barChart({
        id: `${id}-errors`,
        bars: [...bars, { name: "frame before", value: copyLast }, { name: "mean frame", value: meanFrame }],
        groups: ["here", "here, states of 0", "here, shuffled time", ...(ofPaper ? ["the paper"] : [])],
        names: { label: "what predicts" },
        value: { label: "mean squared error", unit: "a pixel" },
      }),
    },
    alt: "Mean squared errors of the next frame, a group of bars for each model, beside the null controls",
    caption:
      "Mean squared error of the next frame, mean over seeds with 95 % intervals over films; the models' own null controls (no past; frames in shuffled time)" +
      `${ofPaper ? ", the paper's numbers" : ""}, and the predictors that need no model.`,
  };
}
