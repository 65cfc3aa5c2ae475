import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { lineChart } from "../figures/chart.ts";
import { type MetricRecord, readMetricLog } from "../training/metric-log.ts";
import { headline, metricLabel, metricUnit } from "../training/metric-text.ts";
import { findPreset } from "./index.ts";
import { openRun } from "./run.ts";
import { trainCommandOf } from "./run-store.ts";
import { settingsBetween } from "./settings.ts";

/** A finished run's outcome, small enough to be committed: what was run, on what, how it ended, and the curve. */
export interface ResultRecord {
  readonly recipe: string;
  readonly preset: string;
  readonly seed: number;
  /** The command that repeats it. */
  readonly command: string;
  readonly data: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Evaluations by split: epoch and what is looked at first, the objective in nats per example if there is one. */
  readonly curves: Readonly<Record<string, readonly (readonly [epoch: number, objective: number])[]>>;
  readonly seconds: number;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly finished: string;
}

/**
 * Writes `<out>/<recipe>-<preset>-<settings>-seed<n>.json` and the learning curve beside it as SVG.
 * @returns the path of the JSON file
 * @throws UsageError if the run has not ended
 */
export function recordRun(folder: string, out: string): string {
  const { record, recipe: definition, config: resolved } = openRun(folder);
  if (record.status !== "completed" && record.status !== "stopped early") {
    throw new UsageError({
      where: folder,
      expected: "a run that has come to its end",
      got: `one that is ${record.status}`,
      fix: `finish it with \`helmholtz train --resume ${folder}\``,
    });
  }
  const { recipe, preset, seed, config, threads, versions, machine } = record;
  const settings = settingsBetween(findPreset(definition, preset).config, resolved);
  const log = readMetricLog(join(folder, "metrics.jsonl"));
  const splits = [...new Set(log.filter((r) => r.split !== "train").map((r) => r.split))];
  const result: ResultRecord = {
    recipe,
    preset,
    seed,
    command: trainCommandOf({ recipe, preset, seed, set: settings }),
    data: record.data.title,
    config,
    metrics: record.metrics ?? {},
    curves: Object.fromEntries(splits.map((split) => [split, curve(log, split)])),
    seconds: Math.round(record.seconds ?? 0),
    threads,
    versions,
    machine,
    finished: record.finished ?? "",
  };
  const path = join(
    out,
    [recipe.replace("/", "-"), preset, ...settings.map((s) => s.replace(/[^\w.=-]+/g, "_")), `seed${seed}`].join("-"),
  );
  writeFileAtomic(`${path}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileAtomic(`${path}.svg`, figure(result, log));
  return `${path}.json`;
}

function curve(log: readonly MetricRecord[], split: string): [number, number][] {
  return log.filter((r) => r.split === split).map((r) => [r.epoch, Number(headline(r.metrics)[1].toPrecision(7))]);
}

/** Training and evaluation curves from the first evaluation on: what lies before is far below and would squeeze the rest. */
function figure({ recipe, curves, metrics }: ResultRecord, log: readonly MetricRecord[]): string {
  const from = Math.min(...Object.values(curves).flatMap((points) => points.map(([epoch]) => epoch)));
  const train = log.filter((r) => r.split === "train" && r.epoch >= from);
  const [objective] = headline(Object.values(metrics)[0]);
  const every = Math.ceil(train.length / 300);
  return lineChart({
    id: `${recipe.replace("/", "-")}-curve`,
    series: [
      // Without an objective, what is watched in training and what is measured in tests are two things.
      ...(metricUnit(objective) === "nats"
        ? [
            {
              name: "training batches",
              points: train
                .filter((_, i) => i % every === 0)
                .map((r): [number, number] => [r.epoch, -r.metrics["loss"]]),
            },
          ]
        : []),
      ...Object.entries(curves).map(([name, points]) => ({ name, points: [...points] as [number, number][] })),
    ],
    x: { label: "epoch" },
    y: {
      label: metricLabel(objective),
      unit: metricUnit(objective) === "nats" ? "nats per example" : metricUnit(objective),
    },
  });
}
