import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { plugInEntropy } from "./entropy.ts";
import type { Factor } from "./factor.ts";
import { binnedInformation, neighbourInformation } from "./information-matrix.ts";

function normals(n: number, name: string): Float64Array {
  const out = new Float64Array(n);
  stream(1, name).normal(0, out);
  return out;
}

const rowsOf = (columns: readonly Float64Array[]) => ({
  data: Float64Array.from({ length: columns.length * columns[0].length }, (_, i) => {
    return columns[i % columns.length][Math.floor(i / columns.length)];
  }),
  width: columns.length,
});

const n = 8000;
const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => normals(n, name));
const latents = rowsOf([a, b, a.map((v, i) => Math.abs(v) + 0.3 * c[i]), d, a.map((v) => (v > 1.6 ? v : 0))]);
const factors: Factor[] = [
  { name: "linear", kind: "continuous", values: a.map((v, i) => 0.8 * v + 0.6 * c[i]) },
  { name: "square", kind: "continuous", values: a.map((v, i) => v * v + 2 * c[i]) },
  { name: "sign", kind: "discrete", values: b.map((v, i) => Math.sign(v + 0.5 * d[i])) },
  {
    name: "rare",
    kind: "discrete",
    values: a.map((v, i) => (v + 0.3 * d[i] > 1.5 ? 1 : v + 0.3 * d[i] < -2 ? -1 : 0)),
  },
];

describe("the two estimators", () => {
  const [binned, neighbour] = [binnedInformation(latents, factors), neighbourInformation(latents, factors)];

  test("agree: within 0.03 nats and what bins of 5 % of the rows lose, up to 15 %; within 0.04 when normalised", () => {
    for (let i = 0; i < latents.width; i++) {
      for (let j = 0; j < factors.length; j++) {
        const lost = neighbour.nats[i][j] - binned.nats[i][j];
        expect(lost, `${i} ${j}`).toBeGreaterThan(-0.03);
        expect(lost, `${i} ${j}`).toBeLessThan(0.03 + 0.15 * Math.abs(neighbour.nats[i][j]));
        expect(Math.abs(binned.normalised[i][j] - neighbour.normalised[i][j]), `${i} ${j}`).toBeLessThan(0.04);
      }
    }
  });

  test("find −½ ln(1 − 0.8²) where it is, and nothing between independent columns", () => {
    const truth = -Math.log(1 - 0.64) / 2;
    for (const { nats, normalised } of [binned, neighbour]) {
      expect(Math.abs(nats[0][0] - truth)).toBeLessThan(0.045); // 5 · 0.8/√8000
      for (const [i, j] of [
        [0, 2],
        [1, 0],
        [1, 1],
        [1, 3],
        [3, 0],
        [3, 1],
      ]) {
        expect(Math.abs(nats[i][j])).toBeLessThan(0.03);
        expect(normalised[i][j]).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test("normalise by the same entropies", () => {
    expect(neighbour.entropies).toEqual(binned.entropies);
    expect(neighbour.normalised[0][0] / neighbour.nats[0][0]).toBeCloseTo(
      binned.normalised[0][0] / binned.nats[0][0],
      12,
    );
  });

  test("of fewer rows use these rows throughout", () => {
    const few = neighbourInformation(latents, factors, { samples: 2000 });
    const rows = stream(0, "neighbour-information").permutation(2, n).subarray(0, 2000);
    const taken = neighbourInformation(
      rowsOf([a, b].map((z) => Float64Array.from(rows, (r) => z[r]))),
      factors.map((f) => ({ ...f, values: Float64Array.from(rows, (r) => f.values[r]) })),
    );
    expect(few.nats.slice(0, 2)).toEqual(taken.nats);
    expect(few.normalised.slice(0, 2)).toEqual(taken.normalised);
    expect(neighbourInformation(rowsOf([a]), factors, { samples: n }).nats[0]).toEqual(neighbour.nats[0]);
  });
});

describe("bins", () => {
  test("give I/√(H H): 1 for a latent that is the factor, its classes in any order of values", () => {
    const classes = Float64Array.from({ length: 1000 }, (_, i) => i % 4);
    const factor: Factor = { name: "f", kind: "discrete", values: classes.map((v) => [7, -3, 0, 2][v]) };
    const { nats, normalised, entropies } = binnedInformation(rowsOf([classes, normals(1000, "e")]), [factor]);
    expect(normalised[0][0]).toBeCloseTo(1, 12);
    expect(entropies[0]).toBeCloseTo(Math.log(4) + 3 / 2000, 12);
    expect(nats[0][0]).toBeCloseTo(entropies[0], 12);
    expect(normalised[1][0]).toBeLessThan(0.02);
  });

  test("of 10 and 5 equal counts have the entropies ln 10 and ln 5 without correction", () => {
    const x = Float64Array.from({ length: 1000 }, (_, i) => i);
    const factor: Factor = { name: "f", kind: "discrete", values: x.map((v) => Math.floor(v / 200)) };
    const { nats, normalised } = binnedInformation(rowsOf([x]), [factor], { bins: 10, entropy: plugInEntropy });
    expect(nats[0][0]).toBeCloseTo(Math.log(5), 12);
    expect(normalised[0][0]).toBeCloseTo(Math.sqrt(Math.log(5) / Math.log(10)), 12);
  });

  test("do not see increasing maps of latents or continuous factors", () => {
    const mapped = factors.map((f) => (f.kind === "continuous" ? { ...f, values: Array.from(f.values, Math.exp) } : f));
    const bent = { ...latents, data: Float64Array.from(latents.data, (v) => v ** 3 + v) };
    expect(binnedInformation(bent, mapped)).toEqual(binnedInformation(latents, factors));
  });

  test("a latent or factor that never varies has 0", () => {
    const still = binnedInformation(rowsOf([new Float64Array(n).fill(0.1)]), factors);
    for (const v of still.normalised[0]) expect(v).toBe(0);
    const one: Factor = { name: "one", kind: "discrete", values: new Float64Array(n) };
    expect(binnedInformation(latents, [one]).normalised.map((r) => r[0])).toEqual([0, 0, 0, 0, 0]);
    expect(neighbourInformation(rowsOf([new Float64Array(n), a]), [one]).normalised.map((r) => r[0])).toEqual([0, 0]);
  });
});
