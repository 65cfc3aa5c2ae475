import { describe, expect, test } from "vitest";
import { movingSubject, T } from "../../test/moving-subject.ts";
import { factorsOptions, factorsProbe, measureFactors } from "./factors.ts";

const subject = movingSubject(150);
const options = { ...factorsOptions.parse({}), bins: 6, samples: 1500 };
const result = await measureFactors(subject, options);
const [first, second] = result.layers;
const place = (name: string): number => result.factors.findIndex((f) => f.name === name);

test("what is compared is said", () => {
  expect([result.data, result.sequences, result.length]).toEqual(["Moving point", 150, T]);
  expect(result.factors[place("x")]).toMatchObject({ kind: "continuous" });
  expect(result.factors[place("x")].entropy).toBeCloseTo(Math.log(6), 2);
  expect(first.best).toHaveLength(result.factors.length);
  expect([first.latents, second.latents]).toEqual([3, 2]);
});

describe("a latent that is a factor", () => {
  test("has all of its information, by every estimate, and the others little", () => {
    for (const [name, latent] of [
      ["x", 0],
      ["y", 1],
    ] as const) {
      const j = place(name);
      expect(first.best[j].latent).toBe(latent);
      expect(first.binned[latent][j]).toBeCloseTo(1, 1);
      expect(first.neighbours[latent][j]).toBeGreaterThan(0.9);
      expect(first.correlation[latent][j]).toBeCloseTo(1, 5);
      expect(first.binned[1 - latent][j]).toBeLessThan(0.1);
      expect(first.informativeness[j]).toBeCloseTo(1, 3);
      expect(first.best[j].share).toBeCloseTo(1, 1);
      const { nmi, interval, chance } = first.best[j];
      expect(nmi).toBe(first.binned[latent][j]);
      expect(interval.low <= nmi && nmi <= interval.high && interval.low > chance).toBe(true);
    }
  });

  test("is bounces in the second layer, which says nothing of places", () => {
    for (const [name, latent] of [
      ["bounce-x", 0],
      ["bounce-y", 1],
    ] as const) {
      const j = place(name);
      expect(second.best[j].latent).toBe(latent);
      expect(second.binned[latent][j]).toBeGreaterThan(0.25);
      // The gap is this share less that of the other latent, which knows nothing of the wall.
      expect(Math.abs(second.best[j].share - second.gaps[j])).toBeLessThan(0.05);
      expect(second.best[j].share).toBeGreaterThan(0.4);
      expect(second.binned[latent][j]).toBeGreaterThan(2 * first.best[j].nmi);
      expect(second.binned[1 - latent][j]).toBeLessThan(0.1);
      expect(second.hoyer.binned[j]).toBeGreaterThan(0.7);
    }
    expect(second.best[place("x")].nmi).toBeLessThan(0.2);
  });
});

test("sparsity is Hoyer's, of a factor's row", () => {
  const row = first.binned.map((latent) => latent[place("y")]);
  const [ones, two] = [row.reduce((a, b) => a + b), Math.sqrt(row.reduce((s, v) => s + v * v, 0))];
  expect(first.hoyer.binned[place("y")]).toBeCloseTo((Math.sqrt(3) - ones / two) / (Math.sqrt(3) - 1), 10);
  const r = first.correlation.map((latent) => latent[place("y")]);
  const [a, b] = [r.reduce((x, y) => x + y), Math.sqrt(r.reduce((s, v) => s + v * v, 0))];
  expect(first.hoyer.correlation[place("y")]).toBeCloseTo((Math.sqrt(3) - a / b) / (Math.sqrt(3) - 1), 10);
});

test("the share of latents that tell of any factor goes by the threshold", async () => {
  const least = Math.min(...first.binned.map((row) => Math.max(...row)));
  expect(first.telling).toBe(1);
  const strict = await measureFactors(subject, { ...options, threshold: least });
  expect(strict.layers[0].telling).toBeCloseTo(2 / 3, 10);
});

test("the gap of information is that between the two best latents", () => {
  const j = place("bounce-x");
  // NMI times the root of both entropies is nats; the latents' bins have equal entropies but for ties.
  expect(second.gaps[j]).toBeGreaterThan(0.2);
  expect(second.gaps[j]).toBeLessThan(1);
  expect(first.gaps[place("x")]).toBeGreaterThan(first.gaps[j]);
  expect(second.mig).toBeCloseTo(second.gaps.reduce((a, b) => a + b) / second.gaps.length, 10);
  expect(first.disentanglement).toBeGreaterThan(0.1);
});

test("text and figures show every layer", async () => {
  const text = factorsProbe.text(result, options);
  expect(text).toMatch(/layer 1\n {2}x +best NMI (0\.9|1\.0)/);
  expect(text).toMatch(/bounce x +best NMI 0\.\d+ \(0\.\d+–0\.\d+, chance 0\.\d+\), \d+ % of its entropy, in latent 0/);
  const figures = await factorsProbe.figures(subject, options, result);
  expect(figures.map((f) => f.name)).toEqual(["correlation", "information", "information-neighbours"]);
  for (const { image } of figures) {
    const svg = "svg" in image ? image.svg : "";
    expect(svg).toContain("latent of layer 2");
    expect(svg.match(/>bounce x</g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|undefined/);
  }
});
