/**
 * Writes the README's results from the committed records in results/ and bench/results/: no number there is typed by hand.
 * `npm run results` rewrites the part between the two markers; with `--check` it fails if that part is out of date.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const [begin, end] = ["<!-- results: written by `npm run results` -->", "<!-- end of results -->"];

const runs = records("results/runs").map(
  ([file, { recipe, preset, data, seed, config, metrics, seconds, threads, versions }]) =>
    `| \`${recipe}\` | ${preset} | ${data} | ${seed} | ${config.train.epochs} | ${score(metrics.test)} | ${Math.round(seconds / 60)} min, ${threads} ${threads === 1 ? "thread" : "threads"} | \`${versions.commit ?? "-"}\` | [${file}](results/runs/${file}) |`,
);
const speeds = records("bench/results").flatMap(([file, { cases = [], threads, versions: built }]) =>
  cases.flatMap(({ name, ratio, ratioRange, helmholtz, pytorch, memory, versions }) =>
    ratio === undefined
      ? []
      : `| ${name} | ${helmholtz.median.toFixed(1)} | ${pytorch.median.toFixed(1)} | ${ratio.toFixed(2)} (${ratioRange.map((r) => r.toFixed(2)).join("–")}) | ${memory.helmholtz ?? "?"} / ${memory.pytorch ?? "?"} | ${threads} | ${versions.onnxruntime} / ${versions.pytorch} | \`${built.commit ?? "-"}\` | [${file}](bench/results/${file}) |`,
  ),
);
const epochs = records("bench/results").flatMap(([file, { ratios, what, cpu, threads }]) =>
  Object.entries(ratios ?? {}).map(
    ([name, all]) =>
      `Time of ${what} over that of ${name}: **${middle(all).toFixed(2)}** (${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)}, ${all.length} rounds, ${threads} ${threads === "1" ? "thread" : "threads"}, ${cpu}; [${file}](bench/results/${file})).`,
  ),
);
const means = records("bench/results").flatMap(([file, { geometricMean, cases }]) =>
  geometricMean === undefined
    ? []
    : `Geometric mean over the ${cases.filter((c) => c.ratio !== undefined).length} steps of [${file}](bench/results/${file}): **${geometricMean.toFixed(2)}**.`,
);
const text = `${begin}

| recipe | preset | data | seed | epochs | test score (nats per image) | time | commit | record |
| --- | --- | --- | ---: | ---: | ---: | --- | --- | --- |
${runs.join("\n")}

| training step | Helmholtz ms | PyTorch ms | ratio, median (range) of alternating turns | peak memory MiB | threads | ONNX Runtime / PyTorch | commit | record |
| --- | ---: | ---: | --- | --- | ---: | --- | --- | --- |
${speeds.join("\n")}
${[...means, ...epochs].map((line) => `\n${line}\n`).join("")}
${end}`;

const readme = readFileSync(new URL("README.md", root), "utf8");
const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
if (from < 0 || to < 0) throw new Error("README.md has no place for results");
const updated = readme.slice(0, from) + text + readme.slice(to + end.length);
if (!process.argv.includes("--check")) writeFileSync(new URL("README.md", root), updated);
else if (updated !== readme) {
  console.error("README.md: expected the results of the committed records, got others; run `npm run results`.");
  process.exitCode = 1;
}

/** The JSON files of a folder with their names, in order. */
function records(folder) {
  return readdirSync(new URL(`${folder}/`, root))
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => [file, JSON.parse(readFileSync(new URL(`${folder}/${file}`, root), "utf8"))]);
}

/** The objective first, and accuracy where there is one: "ELBO −98.63". */
function score(metrics) {
  const [[name, value]] = Object.entries(metrics);
  const label = name === "elbo" ? "ELBO" : name;
  const accuracy = metrics.accuracy === undefined ? "" : `, accuracy ${(100 * metrics.accuracy).toFixed(2)} %`;
  return `${label} ${value.toFixed(Math.abs(value) < 10 ? 4 : 2)}${accuracy}`;
}

/** The median, the upper one of two. */
function middle(all) {
  return [...all].sort((a, b) => a - b)[all.length >> 1];
}
