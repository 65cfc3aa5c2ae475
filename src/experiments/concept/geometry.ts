import { type ConceptsOptions, type ConceptsResult, conceptsOptions, measureConcepts } from "../../probes/concepts.ts";
import { conceptsFigures, contributionChart } from "../../probes/concepts-figures.ts";
import { experiment, type Finding } from "../experiment.ts";
import { eachSeed, meanAndSpread } from "../spread.ts";
import { notes, paper, testElbo, vaeRuns } from "./runs.ts";

const options = conceptsOptions.parse({});

export const geometry = experiment<ConceptsOptions>({
  id: "concept/geometry",
  title: "Concepts lie orthogonal in few dimensions",
  source: { paper, part: "fig. 3, fig. A.1" },
  about:
    "The concepts of the ten labels over the latents, the number of active latents, the principal components of the memories of all training " +
    "images, and the cosine similarities of the concepts.",
  presets: {
    paper: { note: notes.paper, runs: vaeRuns("paper", [100], [1, 2, 3]), options },
    quick: { note: notes.quick, runs: vaeRuns("quick", [100], [1]), options },
    smoke: { note: notes.smoke, runs: vaeRuns("smoke", [10], [1]), options },
  },
  async measure(runs, options, { progress }) {
    const subjects = await Promise.all(runs.map((run) => run.open()));
    const results: ConceptsResult[] = [];
    for (const subject of subjects) {
      results.push(await measureConcepts(subject, options));
      progress(results.length / subjects.length);
    }
    const drawn = await conceptsFigures(subjects[0], options, results[0]);
    const seeds = runs.length > 1 ? ` ${runs.length} seeds, one colour each; active latents of the first.` : "";
    return {
      findings: findings(results, runs.map(testElbo), options),
      numbers: {
        runs: results.map(({ concepts: _, ...r }, i) => ({
          seed: runs[i].run.record.seed,
          ...r,
          testElbo: testElbo(runs[i]),
        })),
      },
      figures: drawn.map((figure) =>
        figure.name === "contributions"
          ? { ...figure, image: { svg: contributionChart(results) }, caption: `${figure.caption}${seeds}` }
          : figure,
      ),
    };
  },
});

/** Counts this far from the paper's pass for the same. */
const NEAR = 2;

/** Cosines below this in the mean pass for "near zero". */
const ORTHOGONAL = 0.3;

function findings(
  results: readonly ConceptsResult[],
  elbo: readonly number[],
  { threshold }: ConceptsOptions,
): Finding[] {
  const over = (pick: (r: ConceptsResult) => number): number[] => results.map(pick);
  const near = (values: readonly number[], wanted: number): boolean =>
    values.every((v) => Math.abs(v - wanted) <= NEAR);
  const [{ latents }] = results;
  const active = over((r) => r.active.length);
  const [for70, for999] = [over((r) => r.components.for70), over((r) => r.components.for999)];
  const size = over((r) => r.offDiagonal.meanAbsolute);
  return [
    {
      what: `active latents of ${latents}, variance of the mean above ${threshold} (shown: 14 ± ${NEAR} in every seed; partly: at most half of them)`,
      paper: "14 of 100",
      ours: `${eachSeed(active)} of ${latents}`,
      verdict: near(active, 14) ? "shown" : active.every((n) => n <= latents / 2) ? "partly" : "not shown",
    },
    {
      what: `principal components for all of the variance, 99.9 % (shown: 14 ± ${NEAR} in every seed; partly: as many as active latents, ± ${NEAR})`,
      paper: "14, as many as active latents",
      ours: `${eachSeed(for999)}; for 99 %: ${eachSeed(over((r) => r.components.for99))}`,
      verdict: near(for999, 14) ? "shown" : for999.every((n, i) => near([n], active[i])) ? "partly" : "not shown",
    },
    {
      what: `principal components for 70 % of the variance (shown: 9 ± ${NEAR} in every seed)`,
      paper: "9",
      ours: eachSeed(for70),
      verdict: near(for70, 9) ? "shown" : "not shown",
    },
    {
      what: `mean size of the cosine of two labels' concepts (shown: below ${ORTHOGONAL} in every seed)`,
      paper: "near zero; no numbers in the text",
      ours: `${meanAndSpread(size, 3)}; directions at random in as many dimensions as are active: ${meanAndSpread(active.map(randomCosine), 3)}`,
      verdict: size.every((c) => c < ORTHOGONAL) ? "shown" : "not shown",
    },
    {
      what: "mean cosine of two labels' concepts, and the largest in size",
      paper: "no numbers in the text",
      ours: `${meanAndSpread(
        over((r) => r.offDiagonal.mean),
        3,
      )}; ${meanAndSpread(
        over((r) => r.offDiagonal.maxAbsolute),
        3,
      )}`,
      verdict: "measured",
    },
    {
      what: "ELBO of the test images, nats per image",
      paper: "only as a curve (fig. 7)",
      ours: meanAndSpread(elbo),
      verdict: "measured",
    },
  ];
}

/** Mean of |cos| between directions drawn evenly in n dimensions: Γ(n/2) / (√π Γ((n + 1)/2)), which is 1, 2/π, 1/2, … */
function randomCosine(n: number): number {
  return n <= 1 ? 1 : n === 2 ? 2 / Math.PI : (randomCosine(n - 2) * (n - 2)) / (n - 1);
}
