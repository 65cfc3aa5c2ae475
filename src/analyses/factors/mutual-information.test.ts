import { describe, expect, test } from "vitest";
import { normalQuantile } from "../../base/normal-quantile.ts";
import { stream } from "../../base/random.ts";
import { type Codes, classesOf, equalCountBins } from "./bins.ts";
import { millerMadowEntropy, plugInEntropy } from "./entropy.ts";
import { mutualInformation } from "./mutual-information.ts";

/** Rows that have a table of counts. */
function rowsWith(table: number[][]): [Codes, Codes] {
  const pairs = table.flatMap((row, i) => row.flatMap((count, j) => Array.from({ length: count }, () => [i, j])));
  return [classesOf(pairs.map((p) => p[0])), classesOf(pairs.map((p) => p[1]))];
}

describe("classes", () => {
  test.each([
    [
      [
        [3, 1],
        [0, 4],
        [2, 2],
      ],
    ],
    [
      [
        [1, 0, 5, 2],
        [7, 1, 1, 1],
      ],
    ],
  ])("with counts %j: Σ p ln(p/(p q)) by enumeration", (table) => {
    const n = table.flat().reduce((a, b) => a + b);
    const [rows, columns] = [
      table.map((r) => r.reduce((a, b) => a + b)),
      table[0].map((_, j) => table.reduce((s, r) => s + r[j], 0)),
    ];
    let wanted = 0;
    for (const [i, row] of table.entries()) {
      for (const [j, c] of row.entries()) if (c > 0) wanted += (c / n) * Math.log((c * n) / (rows[i] * columns[j]));
    }
    const [a, b] = rowsWith(table);
    expect(mutualInformation(a, b)).toBeCloseTo(wanted, 13);
    expect(mutualInformation(b, a)).toBeCloseTo(wanted, 13);
    const seen = table.flat().filter((c) => c > 0).length;
    const correction = (rows.length - 1 + columns.length - 1 - (seen - 1)) / (2 * n);
    expect(mutualInformation(a, b, millerMadowEntropy)).toBeCloseTo(wanted + correction, 13);
  });

  test("that are independent share nothing, equal ones their entropy", () => {
    const [a, b] = rowsWith([
      [2, 4, 6],
      [1, 2, 3],
    ]);
    expect(mutualInformation(a, b)).toBeCloseTo(0, 14);
    expect(mutualInformation(b, b)).toBeCloseTo(plugInEntropy([3, 6, 9]), 14);
  });
});

/** Information between normals with correlation ρ, cut into bins of equal probability: cells by the midpoint rule on the copula density. */
function binnedNormals(rho: number, bins: number): number {
  const fine = 24 * bins;
  const z = Float64Array.from({ length: fine }, (_, i) => normalQuantile((i + 0.5) / fine));
  const cells = new Float64Array(bins * bins);
  z.forEach((x, i) => {
    z.forEach((y, j) => {
      const density = Math.exp(-(rho * rho * (x * x + y * y) - 2 * rho * x * y) / (2 * (1 - rho * rho)));
      cells[Math.floor(i / 24) * bins + Math.floor(j / 24)] += density;
    });
  });
  const all = cells.reduce((a, b) => a + b);
  return cells.reduce((s, c) => s + (c / all) * Math.log((c / all) * bins * bins), 0);
}

describe.each([2000, 20_000])("%d normal pairs in bins of equal counts", (n) => {
  const [a, b] = [new Float64Array(n), new Float64Array(n)];
  stream(1, "a").normal(0, a);
  stream(1, "b").normal(0, b);

  test.each([0, 0.3, -0.6, 0.9])("with ρ = %d share what binned normals do, within 5 standard errors", (rho) => {
    const y = a.map((v, i) => rho * v + Math.sqrt(1 - rho * rho) * b[i]);
    const [p, q] = [equalCountBins(a), equalCountBins(y)];
    const found = mutualInformation(p, q, millerMadowEntropy);
    const truth = binnedNormals(rho, p.size);
    expect(truth).toBeLessThan(-Math.log(1 - rho * rho) / 2 + 1e-9);
    // ln(density ratio) has the variance ρ²; the χ² of empty dependence has 2(bins − 1)²; cells of few counts bias by less than 0.01
    const error = Math.sqrt((rho * rho) / n + (p.size - 1) ** 2 / (2 * n * n));
    expect(Math.abs(found - truth)).toBeLessThan(5 * error + 0.01);
  });

  test("that are independent seem to share (bins − 1)²/2n where nothing is corrected", () => {
    const [p, q] = [equalCountBins(a), equalCountBins(b)];
    const freedom = (p.size - 1) ** 2; // 2 n I has a χ² distribution
    expect(Math.abs(2 * n * mutualInformation(p, q) - freedom)).toBeLessThan(
      5 * Math.sqrt(2 * freedom) + 0.1 * freedom,
    );
    expect(Math.abs(2 * n * mutualInformation(p, q, millerMadowEntropy))).toBeLessThan(
      5 * Math.sqrt(2 * freedom) + 0.1 * freedom,
    );
  });
});
