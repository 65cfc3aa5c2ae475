import { join } from "node:path";
import { lineChart } from "../../figures/chart.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { type MetricRecord, readMetricLog } from "../../training/metric-log.ts";
import { headline, metricLabel, metricUnit } from "../../training/metric-text.ts";
import { capital, grouped, type ReportPart } from "./part.ts";

/** Points of a curve; more are not told apart. */
const POINTS = 400;

/** Share of the training that curves leave out at the beginning. */
const LEFT_OUT = 0.02;

/** Objective over epochs, and what else is scored. */
export const learning: ReportPart = {
  needs: [],
  async draw({ run: { folder, record, model } }) {
    const log = readMetricLog(join(folder, "metrics.jsonl"));
    // A model that learns by a rule of its own has no loss: its first term is followed.
    const followed = model.objective ? "loss" : headline(log.find((r) => r.split === "train")?.metrics ?? {})?.[0];
    const train = log.filter((r) => r.split === "train" && Number.isFinite(r.metrics[followed]));
    const evaluations = log.filter((r) => r.split !== "train");
    if (train.length === 0) return undefined;
    const count = record.metrics?.["test"]?.["count"];
    const figures = [
      model.objective ? objectiveFigure(train, evaluations, count) : ruleFigure(train, followed),
      ...scoreNames(train, evaluations).map((name) => scoreFigure(name, evaluations)),
    ];
    const [first, ...others] = figures;
    return {
      sections: [
        { kind: "figure", heading: "Learning", ...first },
        ...others.map((figure) => ({ kind: "figure" as const, ...figure })),
      ],
      figures,
    };
  },
};

function objectiveFigure(
  train: readonly MetricRecord[],
  evaluations: readonly MetricRecord[],
  count: number | undefined,
): NamedFigure {
  // What lies before is far below the rest and would squeeze it.
  const first = evaluations[0]?.epoch ?? 0;
  const start = Math.max(first / 2, LEFT_OUT * train[train.length - 1].epoch);
  const shown = train.filter((r) => r.epoch >= start);
  const every = Math.ceil(shown.length / POINTS);
  const name = evaluations.length > 0 ? metricLabel(headline(evaluations[0].metrics)[0]) : "minus the loss";
  const splits = [...new Set(evaluations.map((r) => r.split))];
  const curves = splits.map((split) => ({
    name: `${split} set`,
    points: evaluations
      .filter((r) => r.split === split && r.epoch >= start)
      .map((r): [number, number] => [r.epoch, headline(r.metrics)[1]]),
  }));
  const points = shown.filter((_, i) => i % every === 0).map((r): [number, number] => [r.epoch, -r.metrics["loss"]]);
  const all = count === undefined ? "all test examples" : `all ${grouped(count)} test examples`;
  return {
    name: "learning",
    image: {
      svg: lineChart({
        id: "learning",
        series: [{ name: "training batches", points }, ...curves],
        x: { label: "epoch" },
        y: { label: name, unit: "nats per example" },
      }),
    },
    alt: `${name} over epochs, for training batches${splits.length > 0 ? ` and the ${splits.join(" and ")} set` : ""}`,
    caption: `${capital(name)} over training${start > first ? ` from epoch ${Math.ceil(start)} on` : ""}; higher is better.${splits.length > 0 ? ` Evaluations are averages over ${all}.` : ""}`,
  };
}

/** The term that a learning rule is watched by, over the batches of the training. */
function ruleFigure(train: readonly MetricRecord[], term: string): NamedFigure {
  const every = Math.ceil(train.length / POINTS);
  const points = train.filter((_, i) => i % every === 0).map((r): [number, number] => [r.epoch, r.metrics[term]]);
  const unit = metricUnit(term);
  return {
    name: "learning",
    image: {
      svg: lineChart({
        id: "learning",
        series: [{ name: "training batches", points }],
        x: { label: "epoch" },
        y: { label: metricLabel(term), ...(unit && { unit }) },
      }),
    },
    alt: `${metricLabel(term)} of training batches over epochs`,
    caption: `${capital(metricLabel(term))} of training batches over epochs; lower is better. The learning rule is no gradient of it.`,
  };
}

/** What evaluations have beside the objective and its terms: accuracy, say. */
function scoreNames([first]: readonly MetricRecord[], [evaluation]: readonly MetricRecord[]): string[] {
  if (evaluation === undefined) return [];
  const [objective] = headline(evaluation.metrics);
  return Object.keys(evaluation.metrics).filter((name) => name !== objective && !Object.hasOwn(first.metrics, name));
}

function scoreFigure(name: string, evaluations: readonly MetricRecord[]): NamedFigure {
  const splits = [...new Set(evaluations.map((r) => r.split))];
  const series = splits.map((split) => ({
    name: `${split} set`,
    points: evaluations.filter((r) => r.split === split).map((r): [number, number] => [r.epoch, r.metrics[name]]),
  }));
  const label = metricLabel(name);
  return {
    name: `learning-${name}`,
    image: { svg: lineChart({ id: `learning-${name}`, series, x: { label: "epoch" }, y: { label } }) },
    alt: `${label} over epochs`,
    caption: `${capital(label)} over training, on the ${splits.join(" and ")} set.`,
  };
}
