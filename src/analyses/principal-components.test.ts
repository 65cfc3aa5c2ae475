import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { principalComponents } from "./principal-components.ts";

/** Rows of independent normals with these standard deviations, mixed by a matrix if one is given, moved by a mean. */
function rows(n: number, std: readonly number[], mean = 0): Float32Array {
  const draws = new Float64Array(n * std.length);
  stream(1, "rows").normal(0, draws);
  return Float32Array.from(draws, (x, i) => mean + std[i % std.length] * x);
}

/** The covariance (divided by rows − 1), in float64, straight from its definition. */
function covariance(data: Float32Array, width: number): number[][] {
  const n = data.length / width;
  const column = (j: number): number[] => Array.from({ length: n }, (_, r) => data[r * width + j]);
  const centred = Array.from({ length: width }, (_, j) => {
    const c = column(j);
    const m = c.reduce((a, b) => a + b, 0) / n;
    return c.map((x) => x - m);
  });
  return centred.map((a) => centred.map((b) => a.reduce((s, x, r) => s + x * b[r], 0) / (n - 1)));
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((s, x, i) => s + x * b[i], 0);

describe("two points and their mean", () => {
  // (0, 0), (2, 2): covariance [[2, 2], [2, 2]] has eigenvalues 4 and 0, eigenvectors (1, 1)/√2 and (1, −1)/√2.
  const pca = principalComponents(Float32Array.of(0, 0, 2, 2), 2);

  test("have all their variance on the line between them", () => {
    expect([...pca.mean]).toEqual([1, 1]);
    expect(pca.variances[0]).toBeCloseTo(4, 12);
    expect(pca.variances[1]).toBeCloseTo(0, 12);
    for (const x of pca.components[0]) expect(x).toBeCloseTo(Math.SQRT1_2, 12);
  });

  test("lie at ±√2 on it", () => {
    const [a, b] = pca.project(Float32Array.of(0, 0, 2, 2), 1);
    expect(a).toBeCloseTo(-Math.SQRT2, 12);
    expect(b).toBeCloseTo(Math.SQRT2, 12);
  });
});

test("a 2 × 2 covariance [[a, b], [b, c]] has variances (a + c)/2 ± √((a − c)²/4 + b²)", () => {
  const data = Float32Array.of(1, 2, -3, 0.5, 4, 4, 0, -1, 2, 7, -2, 3);
  const [[a, b], [, c]] = covariance(data, 2);
  const root = Math.sqrt((a - c) ** 2 / 4 + b * b);
  const { variances, components } = principalComponents(data, 2);
  expect(variances[0]).toBeCloseTo((a + c) / 2 + root, 11);
  expect(variances[1]).toBeCloseTo((a + c) / 2 - root, 11);
  // the first component stands at the angle ½·atan2(2b, a − c)
  const angle = Math.atan2(2 * b, a - c) / 2;
  expect(Math.abs(components[0][0] * Math.cos(angle) + components[0][1] * Math.sin(angle))).toBeCloseTo(1, 12);
});

test("independent columns of known spread have their variances, within 5 standard errors", () => {
  const [n, std] = [20_000, [0.5, 3, 1, 2]];
  const { variances, mean } = principalComponents(rows(n, std, 7), 4);
  [3, 2, 1, 0.5].forEach((s, i) => {
    // a sample variance of normals has standard error σ²·√(2/(n − 1))
    expect(Math.abs(variances[i] - s * s)).toBeLessThan(5 * s * s * Math.sqrt(2 / (n - 1)));
  });
  std.forEach((s, j) => void expect(Math.abs(mean[j] - 7)).toBeLessThan((5 * s) / Math.sqrt(n)));
});

describe("of mixed columns", () => {
  const width = 6;
  const raw = rows(300, [4, 2, 1, 0.5, 0.25, 0.125]);
  const mix = new Float64Array(width * width);
  stream(2, "mix").normal(0, mix);
  const data = Float32Array.from({ length: raw.length }, (_, i) =>
    dot(raw.subarray(i - (i % width), i - (i % width) + width), mix.subarray((i % width) * width)),
  );
  const C = covariance(data, width);
  const { components, variances, project, mean } = principalComponents(data, width);

  test("the components are those of power iteration with deflation", () => {
    const rest = C.map((row) => [...row]);
    for (let k = 0; k < width; k++) {
      let v = Array.from({ length: width }, (_, i) => 1 + i / 10);
      let λ = 0;
      for (let i = 0; i < 20_000; i++) {
        const w = rest.map((row) => dot(row, v));
        λ = Math.sqrt(dot(w, w));
        v = w.map((x) => x / λ);
      }
      expect(Math.abs(variances[k] / λ - 1)).toBeLessThan(1e-6);
      expect(Math.abs(dot(components[k], v))).toBeCloseTo(1, 8);
      rest.forEach((row, i) => void row.forEach((_, j) => void (row[j] -= λ * v[i] * v[j])));
    }
  });

  test("the components are orthonormal, their largest entry is positive, variances fall", () => {
    components.forEach((a, i) => {
      components.forEach((b, j) => void expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12));
      expect(a.reduce((m, x) => (Math.abs(x) > Math.abs(m) ? x : m), 0)).toBeGreaterThan(0);
      if (i > 0) expect(variances[i]).toBeLessThanOrEqual(variances[i - 1]);
    });
  });

  test("the variances add up to the covariance's trace and rebuild it", () => {
    expect(variances.reduce((a, b) => a + b) / C.reduce((s, row, i) => s + row[i], 0)).toBeCloseTo(1, 12);
    C.forEach((row, i) => {
      row.forEach((c, j) => {
        const rebuilt = components.reduce((s, v, k) => s + variances[k] * v[i] * v[j], 0);
        expect(rebuilt).toBeCloseTo(c, 9);
      });
    });
  });

  test("the coordinates have the variances, do not correlate, and give the rows back", () => {
    const coordinates = project(data, width);
    const D = covariance(Float32Array.from(coordinates), width);
    D.forEach((row, i) => {
      row.forEach((c, j) => {
        expect(Math.abs(c - (i === j ? variances[i] : 0))).toBeLessThan(
          1e-5 * Math.sqrt(variances[i] * variances[j]) + 1e-6,
        );
      });
    });
    for (const r of [0, 299]) {
      for (let j = 0; j < width; j++) {
        const back = components.reduce((s, v, k) => s + coordinates[r * width + k] * v[j], mean[j]);
        expect(back).toBeCloseTo(data[r * width + j], 9);
      }
    }
  });

  test("fewer coordinates are the first of all", () => {
    const [two, all] = [project(data, 2), project(data, width)];
    expect(two).toHaveLength(600);
    for (let r = 0; r < 300; r++) expect([two[2 * r], two[2 * r + 1]]).toEqual([all[r * width], all[r * width + 1]]);
  });
});

test("constant columns have no variance, and none is below 0", () => {
  const { variances } = principalComponents(Float32Array.of(1, 5, 2, 5, 3, 5, 4, 5), 2);
  expect(variances[0]).toBeCloseTo(5 / 3, 12);
  expect(variances[1]).toBe(0);
});

test.each([2, 3, 4, 5, 6, 7, 8, 9])("%d rows have the variances of their covariance", (n) => {
  const data = rows(n, [1, 3, 2], 5);
  const C = covariance(data, 3);
  const { components, variances } = principalComponents(data, 3);
  components.forEach((v, k) => {
    const along = dot(
      v,
      C.map((row) => dot(row, v)),
    );
    expect(variances[k]).toBeCloseTo(along, 11);
  });
  expect(variances.reduce((a, b) => a + b)).toBeCloseTo(C[0][0] + C[1][1] + C[2][2], 11);
});
