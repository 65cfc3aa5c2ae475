import { lineChart } from "../../figures/chart.ts";
import { panels } from "../../figures/panels.ts";
import { cosineMap } from "../../probes/concepts-figures.ts";
import type { LabelCourse } from "../../probes/repeated-inference.ts";
import type { OneSize } from "./latent-size.ts";

/** Pixels of a panel: five stand side by side. */
const WIDTH = 157;

/** Distances over time above, cosine similarities below; a column for each N_z. */
export function latentSizeChart(
  id: string,
  found: readonly OneSize[],
  courseOf: (size: OneSize) => LabelCourse,
): string {
  const names = found.map((size) => `N_z = ${size.latents}`);
  const courses = found.map((size, i) => {
    const { label, mean, sem } = courseOf(size);
    return lineChart({
      id: `${id}-course-${i}`,
      width: WIDTH,
      height: 150,
      legend: false,
      background: false,
      series: [
        {
          name: label,
          points: mean.map((d, t) => [t, d] as const),
          low: mean.map((d, t) => d - sem[t]),
          high: mean.map((d, t) => d + sem[t]),
        },
      ],
      x: { label: "" },
      y: { label: "" },
    });
  });
  const maps = found.map(({ concepts }, i) => cosineMap(`${id}-cosines-${i}`, concepts, WIDTH, true));
  const above = panels(courses, {
    id: `${id}-above`,
    gap: 4,
    names,
    background: false,
    x: { label: "iteration t" },
    y: { label: "distance" },
  });
  const below = panels(maps, {
    id: `${id}-below`,
    gap: 4,
    background: false,
    x: { label: "label" },
    y: { label: "label" },
    colorBar: { domain: [-1, 1], diverging: true, value: { label: "cosine similarity" } },
  });
  return panels([above, below], { id, columns: 1, gap: 8 });
}
