import { barChart } from "../../figures/chart.ts";
import { factorName } from "../../probes/watched-sequences.ts";
import type { MovingDigitRun } from "./moving-digit.ts";

/** Hoyer's sparsity of the first layer, factor by factor, side by side for both networks; whiskers from the lowest seed to the highest. */
export function sparsityChart(found: readonly MovingDigitRun[]): string {
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  return barChart({
    id: "hvrnn-sparsity",
    width: 640,
    groups: kinds.map((kind) => `${kind.toUpperCase()}, layer 1`),
    bars: found[0].factors.factors.flatMap(({ name }, j) =>
      kinds.map((kind, group) => {
        const values = found.filter((run) => run.kind === kind).map((run) => run.factors.layers[0].hoyer.binned[j]);
        const ends = values.length > 1 && { low: Math.min(...values), high: Math.max(...values) };
        return { name: factorName(name), group, value: values.reduce((a, b) => a + b, 0) / values.length, ...ends };
      }),
    ),
    names: { label: "factor" },
    value: { label: "Hoyer's sparsity of NMI", domain: [0, 1] },
  });
}
