import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { minimise } from "./lbfgs.ts";
import { fitLogistic, logisticObjective, predictClasses } from "./logistic.ts";
import { logisticDecoding } from "./logistic-decoding.ts";

function normals(n: number, name: string): Float64Array {
  const out = new Float64Array(n);
  stream(1, name).normal(0, out);
  return out;
}

/** The loss written out: means of −ln softmax, and the penalty. */
function lossOf(parameters: Float64Array, x: number[][], labels: number[], classes: number, penalty: number): number {
  const width = x[0].length;
  const losses = x.map((row, r) => {
    const logits = Array.from({ length: classes }, (_, c) =>
      row.reduce((s, v, i) => s + parameters[c * width + i] * v, parameters[classes * width + c]),
    );
    return -Math.log(Math.exp(logits[labels[r]]) / logits.reduce((s, l) => s + Math.exp(l), 0));
  });
  const squares = parameters.subarray(0, classes * width).reduce((s, w) => s + w * w, 0);
  return losses.reduce((a, b) => a + b) / x.length + (penalty / 2) * squares;
}

const [rows, width, classes, penalty] = [60, 3, 4, 0.02];
const flat = normals(rows * width, "x");
const x = Array.from({ length: rows }, (_, r) => [...flat.subarray(r * width, (r + 1) * width)]);
const labels = x.map(([a, b], r) => (a > 0.3 ? 0 : b > 0 ? 1 : r % 3 === 0 ? 2 : 3));
const data = { x: flat, labels: Uint32Array.from(labels), classes };

describe("logistic regression", () => {
  test("has the loss written out, and the gradient of its differences, anywhere", () => {
    const at = normals(classes * (width + 1), "parameters");
    const gradient = new Float64Array(at.length);
    expect(logisticObjective(data, penalty)(at, gradient)).toBeCloseTo(lossOf(at, x, labels, classes, penalty), 12);
    at.forEach((v, i) => {
      const [up, down] = [at.slice(), at.slice()];
      [up[i], down[i]] = [v + 1e-5, v - 1e-5];
      const slope = lossOf(up, x, labels, classes, penalty) - lossOf(down, x, labels, classes, penalty);
      expect(gradient[i]).toBeCloseTo(slope / 2e-5, 8);
    });
  });

  test("ends where all differences of the loss vanish", () => {
    const { weights, intercepts } = fitLogistic(data, penalty, 1e-9);
    const at = Float64Array.of(...weights, ...intercepts);
    at.forEach((v, i) => {
      const [up, down] = [at.slice(), at.slice()];
      [up[i], down[i]] = [v + 1e-4, v - 1e-4];
      const slope = lossOf(up, x, labels, classes, penalty) - lossOf(down, x, labels, classes, penalty);
      expect(slope / 2e-4).toBeCloseTo(0, 7);
    });
  });

  test("in one dimension has the slope that bisection finds", () => {
    // x = ±1, ±2 with the class x > 0, but for one row of each side: the intercept is 0 by symmetry, the classes' weights are ∓w/2.
    const points = [-2, -1, -1, 1, 1, 2];
    const sides = [0, 0, 1, 0, 1, 1];
    const slope = (w: number): number =>
      points.reduce((s, v, r) => s + (1 / (1 + Math.exp(-w * v)) - sides[r]) * v, 0) / 6 + (0.1 * w) / 2;
    let [low, high] = [0, 50];
    for (let i = 0; i < 60; i++) {
      if (slope((low + high) / 2) > 0) high = (low + high) / 2;
      else low = (low + high) / 2;
    }
    const fit = fitLogistic({ x: Float64Array.from(points), labels: Uint32Array.from(sides), classes: 2 }, 0.1, 1e-10);
    expect(fit.weights[0]).toBeCloseTo(-low / 2, 8);
    expect(fit.weights[1]).toBeCloseTo(low / 2, 8);
    expect(fit.intercepts[0]).toBeCloseTo(0, 8);
    expect([...predictClasses(fit, Float64Array.of(-0.1, 3))]).toEqual([0, 1]);
  });

  test("of features that say nothing gives the classes' shares", () => {
    const zeros = { x: new Float64Array(10), labels: Uint32Array.of(0, 1, 1, 2, 2, 2, 2, 2, 1, 0), classes: 3 };
    const odds = fitLogistic(zeros, 1, 1e-10).intercepts.map(Math.exp);
    const sum = odds.reduce((a, b) => a + b);
    [0.2, 0.3, 0.5].forEach((p, c) => void expect(odds[c] / sum).toBeCloseTo(p, 8));
  });

  test("separates classes that can be, and stays finite for logits of thousands", () => {
    const line = { x: Float64Array.of(-3, -2, 2, 3), labels: Uint32Array.of(1, 1, 0, 0), classes: 2 };
    const fit = fitLogistic(line, 1e-4);
    expect([...predictClasses(fit, line.x)]).toEqual([1, 1, 0, 0]);
    const far = Float64Array.of(3000, -3000, 0, 0);
    const gradient = new Float64Array(4);
    expect(logisticObjective(line, 0)(far, gradient)).toBe(0);
    expect(
      logisticObjective(line, 0)(
        far.map((v) => -v),
        gradient,
      ),
    ).toBeCloseTo(15_000, 6);
  });
});

describe("L-BFGS", () => {
  test("finds the minimum of a quadratic whose curvatures differ 10⁴-fold", () => {
    const curvature = Float64Array.from({ length: 30 }, (_, i) => 10 ** ((4 * i) / 29));
    const target = normals(30, "target");
    let calls = 0;
    const { x, value, gradient } = minimise(
      (at, g) => {
        calls++;
        at.forEach((v, i) => void (g[i] = curvature[i] * (v - target[i])));
        return at.reduce((s, v, i) => s + (curvature[i] * (v - target[i]) ** 2) / 2, 0);
      },
      new Float64Array(30),
      { tolerance: 1e-8 },
    );
    x.forEach((v, i) => void expect(v).toBeCloseTo(target[i], 7));
    expect(value).toBeLessThan(1e-12);
    expect(gradient).toBeLessThanOrEqual(1e-8);
    expect(calls).toBeLessThan(1500); // SciPy takes 820 to 940, steepest descent tens of thousands
  });

  test("starts where it is told, stops at once at a minimum, and leaves the start as it is", () => {
    const start = Float64Array.of(3, -4);
    const found = minimise(() => 7, start);
    expect(found).toEqual({ x: start, value: 7, gradient: 0 });
    const moved = minimise((at, g) => {
      g.set(at);
      return (at[0] ** 2 + at[1] ** 2) / 2;
    }, start);
    expect(moved.value).toBeLessThan(1e-10);
    expect([...start]).toEqual([3, -4]);
  });
});

describe("decoding", () => {
  const [sequences, frames] = [400, 10];
  const n = sequences * frames;
  const units = Float64Array.from({ length: n }, (_, r) => Math.floor(r / frames));
  const noise = normals(2 * n, "noise");
  const options = { units, stream: stream(2, "decoding"), folds: 4 };

  test("of two normals two apart is right as often as Φ(1), within 5 standard errors", () => {
    const values = Array.from({ length: n }, (_, r) => [4, -7][r % 2]);
    const states = noise.map((v, i) => (i % 2 === 0 ? 100 + 30 * (v + 2 * (Math.floor(i / 2) % 2)) : v));
    const found = logisticDecoding({ data: states, width: 2 }, { name: "f", kind: "discrete", values }, options);
    const error = Math.sqrt((0.8413 * 0.1587) / n);
    expect(Math.abs(found.accuracy - 0.8413)).toBeLessThan(5 * error);
    expect(found.interval.low).toBeLessThan(found.accuracy);
    expect(found.interval.high).toBeGreaterThan(found.accuracy);
    const ratio = (found.interval.high - found.interval.low) / (2 * 1.96 * error); // frames are independent here
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
    expect([found.factor, found.chance]).toEqual(["f", 0.5]);
  });

  test("of states that say nothing reaches chance, the most frequent class", () => {
    const values = Array.from({ length: n }, (_, r) => (r % 10 < 7 ? 1 : r % 10 < 9 ? 2 : 3));
    const found = logisticDecoding({ data: noise, width: 2 }, { name: "f", kind: "discrete", values }, options);
    expect(found.chance).toBe(0.7);
    expect(Math.abs(found.accuracy - 0.7)).toBeLessThan(0.01);
  });

  test("cannot use that a state tells the sequence", () => {
    const states = Float64Array.from({ length: 200 * 20 }, (_, i) => (Math.floor(i / 20 / 10) === i % 20 ? 1 : 0));
    const values = Array.from({ length: 200 }, (_, r) => Math.floor(r / 10) % 4);
    const of = (units: number[]) =>
      logisticDecoding({ data: states, width: 20 }, { name: "f", kind: "discrete", values }, { ...options, units })
        .accuracy;
    expect(of(values.map((_, r) => Math.floor(r / 10)))).toBeLessThan(0.3);
    expect(of(values.map((_, r) => r))).toBe(1);
  });

  test("of states of which one never varies is that of the others", () => {
    const values = Array.from({ length: n }, (_, r) => (noise[2 * r] > 0 ? 1 : 0));
    const still = noise.map((v, i) => (i % 2 === 1 ? 0.1 : v));
    const found = logisticDecoding({ data: still, width: 2 }, { name: "f", kind: "discrete", values }, options);
    expect(found.accuracy).toBeGreaterThan(0.97);
  });
});
