import { showShape } from "../base/shape.ts";
import { leafName } from "../graph/leaves.ts";
import type { Model } from "../models/model.ts";
import { metricLabel, metricUnit, metricValue } from "../training/metric-text.ts";
import type { RunRecord } from "../training/run-folder.ts";
import type { Recipe, RecipeConfig } from "./recipe.ts";

/** The model card that lies in a run folder: what was trained, on what, how well, and what each file is. */
export function runReadme(record: RunRecord, recipe: Recipe, config: RecipeConfig, model: Model): string {
  const names = Object.keys(Object.values(record.metrics ?? {})[0] ?? {}).filter((name) => name !== "count");
  const metrics = Object.entries(record.metrics ?? {}).map(
    ([split, m]) => `| ${split} | ${names.map((name) => metricValue(name, m[name])).join(" | ")} | ${m["count"]} |`,
  );
  const onnx = model.infer && "| `model.onnx` | the model as a standard ONNX file, after `helmholtz export` |\n";
  const better = `Of the first, ${metricLabel(names[0] ?? "")}, ${model.objective ? "more" : "less"} is better.`;
  const variables = model.variables.map((v) => `| \`${leafName(v)}\` | ${showShape(v.shape)} |`);
  return `# ${recipe.title}

${recipe.about}

- Recipe: \`${record.recipe}\`, preset \`${record.preset}\`, seed ${record.seed}
- Source: ${recipe.source.paper}, ${recipe.source.part}
- Data: ${record.data.title}. ${record.data.provenance}
- Training: ${config.train.epochs} epochs, ${record.step} steps, ${Math.round(record.seconds ?? 0)} s on ${record.machine["cpu"]} (${record.threads} threads), ${record.status}

Averages over the examples of a split; ${unitsOf(names)}. ${better}

| split | ${names.map(metricLabel).join(" | ")} | examples |
| --- | ${names.map(() => "---:").join(" | ")} | ---: |
${metrics.join("\n")}

## Files

| file | what |
| --- | --- |
| \`run.json\` | configuration, seed, versions, machine, status, results |
| \`metrics.jsonl\` | one line a measurement: split, step, epoch, nats |
| \`model.safetensors\` | the parameters, float32 |
| \`checkpoints/\` | to continue from: parameters, optimiser, random streams and position |
${onnx ?? ""}
## Parameters

| name | shape |
| --- | --- |
${variables.join("\n")}
`;
}

/** "ELBO, kl in nats" */
function unitsOf(names: readonly string[]): string {
  const units = [...new Set(names.map(metricUnit))].filter((unit) => unit !== "" && unit !== "%");
  const of = (unit: string): string[] => names.filter((name) => metricUnit(name) === unit).map(metricLabel);
  return units.map((unit) => `${of(unit).join(", ")} in ${unit}`).join("; ");
}
