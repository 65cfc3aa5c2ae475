import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { classInformation, continuousInformation } from "./neighbour-information.ts";

function drawn(kind: "normal" | "uniform", n: number, name: string, step = 0): Float64Array {
  const out = new Float64Array(n);
  stream(1, name)[kind](step, out);
  return out;
}

/** Mean of an estimate over independent data, and its standard error. */
function overDraws(draws: number, estimate: (step: number) => number): { mean: number; error: number } {
  const found = Array.from({ length: draws }, (_, step) => estimate(step));
  const mean = found.reduce((a, b) => a + b) / draws;
  return { mean, error: Math.sqrt(found.reduce((s, v) => s + (v - mean) ** 2, 0) / (draws - 1) / draws) };
}

describe("numbers of scikit-learn", () => {
  // scikit-learn 1.9.1, with i = np.arange(1, 401), frac(v) = v − floor(v), u(a) = frac(1000 sin(a i)):
  // x = u(1.3); y = sin(6 x) + 0.5 u(2.9); c = floor(3 frac(u(2.9) + 0.3 x))
  // from sklearn.feature_selection._mutual_info import _compute_mi_cc, _compute_mi_cd
  // _compute_mi_cc(x / x.std(), y / y.std(), k); _compute_mi_cd(y, c, k)
  const u = (a: number) => Float64Array.from({ length: 400 }, (_, i) => (1000 * Math.sin(a * (i + 1)) + 1000) % 1);
  const [x, noise] = [u(1.3), u(2.9)];
  const y = x.map((v, i) => Math.sin(6 * v) + 0.5 * noise[i]);
  const c = x.map((v, i) => Math.floor(3 * ((noise[i] + 0.3 * v) % 1)));
  test.each([
    [1, 1.4105265760786905, 0.166451733168826],
    [3, 1.4706120357111625, 0.1408816343901642],
    [5, 1.3878943265368404, 0.15324411963654683],
  ])("with %d neighbours", (k, continuous, classes) => {
    expect(continuousInformation(x, y, { k })).toBeCloseTo(continuous, 10);
    expect(continuousInformation(y, x, { k })).toBeCloseTo(continuous, 10);
    expect(classInformation(c, y, { k })).toBeCloseTo(classes, 10);
  });
});

describe("normal pairs", () => {
  test.each([
    [0, 500],
    [0, 4000],
    [0.3, 2000],
    [-0.6, 500],
    [0.6, 4000],
    [0.9, 1000],
    [-0.99, 4000],
  ])("with ρ = %d and n = %d share −½ ln(1 − ρ²), within 5 standard errors and a bias of 0.01", (rho, n) => {
    const truth = -Math.log(1 - rho * rho) / 2;
    const { mean, error } = overDraws(20, (step) => {
      const [a, b] = [drawn("normal", n, "a", step), drawn("normal", n, "b", step)];
      const y = a.map((v, i) => rho * v + Math.sqrt(1 - rho * rho) * b[i]);
      return continuousInformation(a, y);
    });
    expect(error).toBeLessThan(0.03);
    expect(Math.abs(mean - truth)).toBeLessThan(5 * error + 0.01);
  });

  test("seen through increasing maps share the same, within 0.05", () => {
    const [a, b] = [drawn("normal", 4000, "a"), drawn("normal", 4000, "b")];
    const y = a.map((v, i) => 0.8 * v + 0.6 * b[i]);
    const plain = continuousInformation(a, y);
    const mapped = continuousInformation(
      a.map(Math.atan),
      y.map((v) => v + v ** 3 / 10),
    );
    expect(Math.abs(mapped - plain)).toBeLessThan(0.05);
    const moved = a.map((v) => 100 - 7 * v);
    expect(continuousInformation(moved, y)).toBeCloseTo(plain, 9);
  });
});

describe("classes and a mixture of normals", () => {
  const density = (y: number, mean: number): number => Math.exp(-((y - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI);

  /** Σ_c p_c ∫ N(y; m_c, 1) ln(N(y; m_c, 1)/Σ p N) dy by the trapezoidal rule. */
  function truthOf(shares: readonly number[], means: readonly number[]): number {
    let sum = 0;
    for (let y = -12; y < 14; y += 0.005) {
      const all = shares.reduce((s, p, c) => s + p * density(y, means[c]), 0);
      shares.forEach((p, c) => {
        const own = density(y, means[c]);
        if (own > 1e-300) sum += 0.005 * p * own * Math.log(own / all);
      });
    }
    return sum;
  }

  test.each([
    { shares: [0.3, 0.7], means: [0, 2], n: 2000 },
    { shares: [0.05, 0.9, 0.05], means: [-3, 0, 3], n: 1000 },
    { shares: [0.5, 0.5], means: [0, 0], n: 1000 },
  ])("with shares $shares and means $means share what integration says, within 5 standard errors", (setting) => {
    const { shares, means, n } = setting;
    const { mean, error } = overDraws(20, (step) => {
      const u = drawn("uniform", n, "class", step);
      const c = u.map((v) => shares.findIndex((_, i) => v < shares.slice(0, i + 1).reduce((a, b) => a + b) + 1e-9));
      const y = drawn("normal", n, "y", step).map((v, i) => v + means[c[i]]);
      return classInformation(c, y);
    });
    expect(error).toBeLessThan(0.01);
    expect(Math.abs(mean - truthOf(shares, means))).toBeLessThan(5 * error + 0.005);
  });

  test("far from each other share the entropy of the classes", () => {
    const c = Array.from({ length: 900 }, (_, i) => (i % 9 < 2 ? 0 : i % 9 < 5 ? 1 : 2));
    const y = drawn("normal", 900, "y").map((v, i) => v + 100 * c[i]);
    const entropy = -[2, 3, 4].reduce((s, k) => s + (k / 9) * Math.log(k / 9), 0);
    expect(Math.abs(classInformation(c, y) - entropy)).toBeLessThan(0.01);
  });

  test("of fewer than k + 1 rows use all of their rows: 0, 1 | 5, 6, 20 share 9/20 for k = 3", () => {
    // 0 and 1 use one neighbour, m = 1, 1; 5, 6 and 20 use two, m = 4, 4, 2:
    // ψ(5) + [2(ψ(1) − ψ(2)) + 3(ψ(2) − ψ(3)) − 2ψ(1) − 2ψ(4) − ψ(2)]/5 = 25/12 − (3 + 3/2 + 11/3)/5
    expect(classInformation([0, 0, 1, 1, 1], [0, 1, 5, 6, 20], { k: 3 })).toBeCloseTo(0.45, 9);
  });

  test("rows that are alone in their class are left out", () => {
    const [y, c] = [drawn("normal", 60, "y"), Array.from({ length: 60 }, (_, i) => i % 3)];
    const more = Float64Array.of(...y, 1, -1);
    // The columns are scaled alike, and scale does not matter to one column.
    expect(classInformation([...c, 77, 78], more)).toBeCloseTo(classInformation(c, y), 9);
  });
});

describe("equal values", () => {
  test("of a continuous column make its estimate that of classes", () => {
    const n = 3000;
    const c = drawn("uniform", n, "class").map((v) => Math.floor(4 * v));
    const y = drawn("normal", n, "y").map((v, i) => v + c[i]);
    const [asNumbers, asClasses] = [continuousInformation(c, y), classInformation(c, y)];
    expect(Math.abs(asNumbers - asClasses)).toBeLessThan(0.01);
  });

  test("in both columns give the information of the classes, within 0.02", () => {
    const c = drawn("uniform", 3000, "class").map((v) => Math.floor(3 * v));
    expect(Math.abs(continuousInformation(c, c) - Math.log(3))).toBeLessThan(0.02);
    const other = drawn("uniform", 3000, "other").map((v) => Math.floor(3 * v));
    expect(Math.abs(continuousInformation(c, other))).toBeLessThan(0.02);
  });

  test("everywhere share nothing", () => {
    const [y, same] = [drawn("normal", 50, "y"), new Float64Array(50).fill(0.1)];
    expect([continuousInformation(same, y), continuousInformation(y, same)]).toEqual([0, 0]);
    expect([classInformation(y.map(Math.sign), same), classInformation(same, y)]).toEqual([0, 0]);
  });
});
