import { type Dot, dotChart, lineChart, lineLegend, type Series } from "../../figures/chart.ts";
import { panels, panelWidth } from "../../figures/panels.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { type Example, meanImpulse, type PpcResult, relativeErrors } from "./ppc-result.ts";

/** Numbers of the palette. */
const [BLUE, ORANGE, GRAY] = [0, 1, 7];

export function ppcFigures(result: PpcResult): NamedFigure[] {
  return [
    {
      name: "errors",
      image: { svg: errorChart(result) },
      alt: "Mean squared error of every row and seed on a logarithmic axis, with the paper's numbers and the floor",
      caption:
        "Mean squared error of the position on the test sequences, one dot a seed: of the reconstruction's centre of mass, and of a linear read-out " +
        "of the states. Squares: the paper. Dashed: the Kalman filter with the true parameters on the same spikes.",
    },
    {
      name: "impulse",
      image: { svg: impulseChart(result) },
      alt: "Impulse responses of all filters, one panel each, beside that of the true Kalman filter",
      caption:
        "How far the estimate moves when the spikes of one step report a displaced position, per displacement, over the steps after it. Each curve is " +
        "divided by its greatest value, which stands above the panel. Bands: standard deviation over seeds; of one seed, the standard error over " +
        "trajectories. Dashed: the Kalman filter with the true parameters.",
    },
    {
      name: "orders",
      image: { svg: orderChart(result) },
      alt: "Held-out error of autoregressions of order 0 to 4, one line a filter",
      caption:
        "Error of predicting a filter's next estimate from p estimates before and p centres of mass, on sequences that were not fitted, over that of " +
        "p = 0 (the centre of mass alone). Geometric means over seeds.",
    },
    {
      name: "example",
      image: { svg: exampleChart(result.example) },
      alt: "A stretch of a test sequence: true position, centres of mass of the spikes, estimates of the rEFH and of a Kalman filter",
      caption: "A stretch of the first test sequence. Above: positions. Below: how far the estimates miss.",
    },
  ];
}

function errorChart({ rows, references }: PpcResult): string {
  const groups = [
    { name: "centre of mass" },
    { name: "linear read-out" },
    { name: "paper", mark: "square" as const },
  ] as const;
  const dots = rows.flatMap(({ name, paper, seeds }): Dot[] => [
    ...seeds.map((s) => ({ name, value: s.mse, group: 0 })),
    ...seeds.flatMap((s) => (s.readout === undefined ? [] : [{ name, value: s.readout, group: 1 }])),
    { name, value: paper, group: 2 },
  ]);
  return dotChart({
    id: "ppc-errors",
    dots,
    groups,
    names: { label: "" },
    value: { label: "mean squared error", unit: "rad²", type: "log" },
    levels: [{ value: references.kalman.mse, label: "Kalman filter with the true parameters" }],
  });
}

/** Pixels of figures of several panels. */
const WIDTH = 720;

function impulseChart({ rows, references }: PpcResult): string {
  const known = meanImpulse([references.kalman]);
  const options = {
    id: "ppc-impulse",
    columns: 3,
    width: WIDTH,
    x: { label: "lag", unit: "steps" },
    y: { label: "response over its greatest value" },
  };
  const relative = ({ mean, error }: typeof known, greatest = largest(mean)) => {
    const points = mean.map((h, lag) => [lag, h / greatest] as const);
    return {
      points,
      low: mean.map((h, lag) => (h - error[lag]) / greatest),
      high: mean.map((h, lag) => (h + error[lag]) / greatest),
    };
  };
  const courses = rows.map(({ name, seeds }) => ({ name, course: meanImpulse(seeds) }));
  const truth: Series = { name: "true Kalman filter", points: relative(known).points, dashed: true, color: GRAY };
  const all = courses.flatMap(({ course }) => relative(course)).flatMap(({ low, high }) => [...low, ...high]);
  const domain = [Math.min(-0.2, ...all), Math.max(1, ...all)] as const;
  const figures = courses.map(({ name, course }, i) =>
    lineChart({
      id: `ppc-impulse-${i}`,
      width: panelWidth(options),
      height: 150,
      legend: false,
      background: false,
      series: [truth, { name, ...relative(course), color: BLUE }],
      x: { label: "" },
      y: { label: "", domain },
      rules: [{ y: 0, label: "" }],
    }),
  );
  return panels(figures, {
    ...options,
    names: courses.map(({ name, course }) => `${name}: ${largest(course.mean).toFixed(3)}`),
    legend: lineLegend([{ name: "filter of the panel", color: BLUE }, truth]),
  });
}

/** Of either sign. */
const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

function orderChart({ rows, references }: PpcResult): string {
  const all = [...rows, { name: "true Kalman filter", seeds: [references.kalman] }];
  const series = all.map(({ name, seeds }, i): Series => {
    const points = relativeErrors(seeds).map((e, p) => [p, e] as const);
    return { name, points, color: i, dashed: i >= rows.length };
  });
  return lineChart({
    id: "ppc-orders",
    series,
    x: { label: "order p" },
    y: { label: "held-out error over that of order 0", type: "log" },
  });
}

function exampleChart({ from, position, spikes, estimates }: Example): string {
  const line = (values: readonly number[]) => values.map((v, i) => [from + i, v] as const);
  const missed = (values: readonly number[]) => line(values.map((v, i) => v - position[i]));
  const filters = Object.entries(estimates);
  const colors = [ORANGE, 2, 3];
  const x = { label: "step" };
  const shared = { width: WIDTH, legend: false, background: false } as const;
  const above = lineChart({
    ...shared,
    id: "ppc-example-positions",
    height: 210,
    series: [
      { name: "spikes", points: line(spikes), color: GRAY },
      ...filters.map(([name, values], i) => ({ name, points: line(values), color: colors[i] })),
      { name: "position", points: line(position), color: BLUE },
    ],
    x: { label: "" },
    y: { label: "position", unit: "rad" },
  });
  const below = lineChart({
    ...shared,
    id: "ppc-example-errors",
    height: 200,
    series: [
      { name: "spikes", points: missed(spikes), color: GRAY },
      ...filters.map(([name, values], i) => ({ name, points: missed(values), color: colors[i] })),
    ],
    x,
    y: { label: "error", unit: "rad" },
    rules: [{ y: 0, label: "" }],
  });
  return panels([above, below], {
    id: "ppc-example",
    columns: 1,
    gap: 4,
    legend: lineLegend([
      { name: "position", color: BLUE },
      { name: "centre of mass of the spikes", color: GRAY },
      ...filters.map(([name], i) => ({ name, color: colors[i] })),
    ]),
  });
}
