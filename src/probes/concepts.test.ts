import { expect, test } from "vitest";
import { encodeExactly, linearSubject, meanOf } from "../../test/linear-subject.ts";
import { conceptsOptions, conceptsProbe, measureConcepts } from "./concepts.ts";

const subject = linearSubject(240);
const options = conceptsOptions.parse({});
const memories = subject.pixels.map(encodeExactly);
const own = [0, 1, 2].map((label) => meanOf(memories.filter((_, i) => subject.classOf[i] === label)));
const result = await measureConcepts(subject, options);

const dot = (a: readonly number[], v: readonly number[]): number => a.reduce((sum, x, i) => sum + x * v[i], 0);

function expectClose(got: readonly number[], wanted: readonly number[], digits = 5): void {
  expect(got).toHaveLength(wanted.length);
  got.forEach((v, i) => void expect(v).toBeCloseTo(wanted[i], digits));
}

/** Covariance of the memories, divided by n − 1. */
function covariance(): number[][] {
  const mean = meanOf(memories);
  return mean.map((_, i) =>
    mean.map((_, j) => memories.reduce((sum, m) => sum + (m[i] - mean[i]) * (m[j] - mean[j]), 0) / 239),
  );
}

test("concepts are the means of the latents of each label, all latents side by side", () => {
  expect(result.concepts).toHaveLength(3);
  result.concepts.forEach((c, label) => void expectClose(c, own[label]));
  expect(result.counts).toEqual([120, 80, 40]);
  expect([result.latents, result.labels, result.data]).toEqual([3, ["x", "y", "w"], "Test images"]);
});

test("a latent is active whose variance is above the threshold", async () => {
  const variances = covariance().map((row, i) => row[i]);
  expectClose(result.variances, variances);
  expect(result.active).toEqual([0, 1]);
  const [low, high] = [Math.min(variances[0], variances[1]), Math.max(variances[0], variances[1])];
  const strict = await measureConcepts(subject, { ...options, threshold: (low + high) / 2 });
  expect(strict.active).toEqual([variances.indexOf(high)]);
});

test("contributions are those of the covariance's eigenvalues", () => {
  // Power iteration, then the same on what is left.
  let rest = covariance();
  const values = rest.map(() => {
    let v = [1, 0.7, 0.3];
    for (let k = 0; k < 3000; k++) {
      const next = rest.map((row) => dot(row, v));
      const size = Math.sqrt(dot(next, next));
      v = next.map((x) => x / size);
    }
    const value = dot(
      v,
      rest.map((row) => dot(row, v)),
    );
    rest = rest.map((row, i) => row.map((x, j) => x - value * v[i] * v[j]));
    return value;
  });
  const total = values.reduce((a, v) => a + v, 0);
  const shares = values.map((_, k) => values.slice(0, k + 1).reduce((a, v) => a + v, 0) / total);
  expectClose(result.contributions, shares);
  const needed = (share: number): number => shares.findIndex((s) => s >= share) + 1;
  expect(result.components).toEqual({ for70: needed(0.7), for99: needed(0.99), for999: needed(0.999) });
});

test("cosines are those of the concepts", () => {
  const cosine = (i: number, j: number): number =>
    dot(own[i], own[j]) / Math.sqrt(dot(own[i], own[i]) * dot(own[j], own[j]));
  result.cosines.forEach((row, i) => {
    expectClose(
      row,
      own.map((_, j) => cosine(i, j)),
    );
  });
  const pairs = [cosine(0, 1), cosine(0, 2), cosine(1, 2)];
  expect(result.offDiagonal.mean).toBeCloseTo((pairs[0] + pairs[1] + pairs[2]) / 3, 5);
  expect(result.offDiagonal.maxAbsolute).toBeCloseTo(Math.max(...pairs.map(Math.abs)), 5);
});

test("the text says what was counted, and which concepts are most alike", () => {
  const text = conceptsProbe.text(
    { ...result, cosines: [[1, -0.9, 0.2], [-0.9, 1, 0.1], [0.2, 0.1, 1]] }, // biome-ignore format: a matrix
    options,
  );
  expect(text).toMatch(/active latents +2 of 3 \(variance above 0.01\)/);
  expect(text).toMatch(/most alike +x and w \(0\.200\)/);
});

test("figures mark the concepts, and show few labels alone", async () => {
  const figures = await conceptsProbe.figures(subject, { ...options, few: "x,w" }, result);
  const svg = Object.fromEntries(figures.map((f) => [f.name, "svg" in f.image ? f.image.svg : ""]));
  expect(Object.keys(svg)).toEqual(["patterns", "contributions", "cosines", "scatter", "scatter-few"]);
  // Two circles for each concept, and a dot for each memory and each entry of the legend.
  expect(svg["scatter"].match(/<circle/g)).toHaveLength(240 + 3 * 2 + 3);
  expect(svg["scatter-few"].match(/<circle/g)).toHaveLength(160 + 2 * 2 + 2);
  expect(svg["contributions"]).toContain("2 active latents");
});

test("labels that do not exist are refused before anything is encoded", async () => {
  await expect(measureConcepts(subject, { ...options, few: "0-5" })).rejects.toThrow(/labels.*some of x, y, w/);
});
