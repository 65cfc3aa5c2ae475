import { Matrix, pseudoInverse } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { addMoments, momentsOfFolds } from "../moments.ts";
import { heldOutRidge } from "./held-out-ridge.ts";
import { linearImportance } from "./linear-importance.ts";
import { choosePenalties, fitRidge } from "./ridge.ts";
import { ridgeDecoding } from "./ridge-decoding.ts";
import { foldsOfUnits } from "./units.ts";

function normals(n: number, name: string): Float64Array {
  const out = new Float64Array(n);
  stream(1, name).normal(0, out);
  return out;
}

/** Ridge by least squares on rows to which √(n · penalty) I is appended, with features of variance 1, by the pseudo-inverse (SVD). */
function byPseudoInverse(x: number[][], y: number[], penalty: number): { weights: number[]; intercept: number } {
  const [n, p] = [x.length, x[0].length];
  const mean = (v: number[]): number => v.reduce((a, b) => a + b) / n;
  const columns = x[0].map((_, j) => x.map((row) => row[j]));
  const means = columns.map(mean);
  const stds = columns.map((c, j) => Math.sqrt(mean(c.map((v) => (v - means[j]) ** 2))));
  const rows = x.map((row) => row.map((v, j) => (v - means[j]) / stds[j]));
  for (let i = 0; i < p; i++) rows.push(means.map((_, j) => (i === j ? Math.sqrt(n * penalty) : 0)));
  const right = [...y.map((v) => v - mean(y)), ...new Array(p).fill(0)];
  const solved = pseudoInverse(new Matrix(rows)).mmul(Matrix.columnVector(right)).to1DArray();
  const weights = solved.map((w, j) => w / stds[j]);
  return { weights, intercept: mean(y) - weights.reduce((s, w, j) => s + w * means[j], 0) };
}

// Features of different scale and mean that correlate, two targets.
const [n, width] = [90, 4];
const raw = normals(n * width, "x");
const x = Array.from({ length: n }, (_, r) => {
  const [a, b, c, d] = raw.subarray(r * width, (r + 1) * width);
  return [a, 3 + 0.1 * b + 0.05 * a, 100 * c - 40, d + a];
});
const noise = normals(n, "noise");
const y = [x.map(([a, b], r) => 2 * a - 8 * b + noise[r]), x.map(([, , c, d], r) => 0.02 * c + d - 3 * noise[r])];
const columns = [...x[0].map((_, j) => Float64Array.from(x, (row) => row[j])), ...y.map((t) => Float64Array.from(t))];
const units = Float64Array.from({ length: n }, (_, r) => Math.floor(r / 6));
const [all] = momentsOfFolds(columns, new Uint32Array(n), 1);

describe("a ridge fit", () => {
  test.each([
    [1e-4, 0.3],
    [2, 2],
    [0.05, 1e3],
  ])("with penalties %d and %d is that of the pseudo-inverse", (...penalties) => {
    const { weights, intercepts } = fitRidge(all, penalties);
    penalties.forEach((penalty, t) => {
      const wanted = byPseudoInverse(x, y[t], penalty);
      wanted.weights.forEach((w, i) => void expect(weights[t][i] / w).toBeCloseTo(1, 8));
      expect(intercepts[t]).toBeCloseTo(wanted.intercept, 7);
    });
  });

  test("has the weights r/(1 + penalty) · std y/std x for one feature, and the mean of y for none that varies", () => {
    const still = new Float64Array(4).fill(0.1);
    const moments = momentsOfFolds(
      [Float64Array.of(-3, 1, -1, 3), still, Float64Array.of(-1, 5, 3, 9)],
      new Uint32Array(4),
      1,
    );
    // x = −3, 1, −1, 3 has variance 5 and the covariance (3 + 5 − 3 + 27)/4 = 8 with y, whose mean is 4
    const { weights, intercepts } = fitRidge(moments[0], [0.25]);
    expect(weights[0][0]).toBeCloseTo(8 / 5 / 1.25, 12);
    expect(weights[0][1]).toBe(0);
    expect(intercepts[0]).toBeCloseTo(4, 12);
    const none = momentsOfFolds([still, Float64Array.of(-1, 5, 3, 9)], new Uint32Array(4), 1);
    expect([...fitRidge(none[0], [1]).intercepts]).toEqual([4]);
  });

  test("of moments added up is that of all rows", () => {
    const parts = momentsOfFolds(
      columns,
      Uint32Array.from({ length: n }, (_, r) => r % 3),
      3,
    );
    const [whole, added] = [fitRidge(all, [0.1, 0.1]), fitRidge(addMoments(parts), [0.1, 0.1])];
    whole.weights.forEach((w, t) => void w.forEach((v, i) => void expect(added.weights[t][i] / v).toBeCloseTo(1, 9)));
  });
});

/** The penalty with the least error over folds, each predicted by the pseudo-inverse on the others. */
function bestPenalty(rows: number[], fold: Uint32Array, target: number[], candidates: number[]): number {
  const errors = candidates.map((penalty) => {
    let error = 0;
    for (const f of new Set(rows.map((r) => fold[r]))) {
      const train = rows.filter((r) => fold[r] !== f);
      const fit = byPseudoInverse(
        train.map((r) => x[r]),
        train.map((r) => target[r]),
        penalty,
      );
      for (const r of rows) if (fold[r] === f) error += (target[r] - predicted(fit, x[r])) ** 2;
    }
    return error;
  });
  return candidates[errors.indexOf(Math.min(...errors))];
}

const predicted = (fit: { weights: number[]; intercept: number }, row: number[]): number =>
  fit.weights.reduce((s, w, i) => s + w * row[i], fit.intercept);

describe("cross-validation", () => {
  const candidates = [1e-4, 0.01, 0.1, 1, 10];
  const random = stream(5, "folds");
  const fold = foldsOfUnits(units, 4, random);
  const options = { units, stream: random, folds: 4, penalties: candidates };
  const rows = Array.from({ length: n }, (_, r) => r);
  const held = heldOutRidge({ data: x.flat(), width }, columns.slice(width), options);

  test("chooses the penalties that a search by rows chooses", () => {
    const wanted = y.map((t) => bestPenalty(rows, fold, t, candidates));
    expect([...choosePenalties(momentsOfFolds(columns, fold, 4), 2, candidates)]).toEqual(wanted);
    expect([...held.penalties]).toEqual(wanted);
    expect(wanted[0]).not.toBe(wanted[1]);
  });

  test("predicts each fold by a fit on the others, whose penalty these others chose", () => {
    y.forEach((target, t) => {
      for (let f = 0; f < 4; f++) {
        const train = rows.filter((r) => fold[r] !== f);
        const penalty = bestPenalty(train, fold, target, candidates);
        const fit = byPseudoInverse(
          train.map((r) => x[r]),
          train.map((r) => target[r]),
          penalty,
        );
        for (const r of rows) if (fold[r] === f) expect(held.predictions[t][r]).toBeCloseTo(predicted(fit, x[r]), 7);
      }
    });
  });

  test("gives the fit on all rows in the features' own units", () => {
    y.forEach((target, t) => {
      const wanted = byPseudoInverse(x, target, held.penalties[t]);
      wanted.weights.forEach((w, i) => void expect(held.fit.weights[t][i] / w).toBeCloseTo(1, 8));
      expect(held.fit.intercepts[t]).toBeCloseTo(wanted.intercept, 7);
    });
  });

  test("needs three folds", () => {
    const two = () => heldOutRidge({ data: x.flat(), width }, columns.slice(width), { ...options, folds: 2 });
    expect(two).toThrow(/expected 3 folds or more/);
  });
});

describe("decoding", () => {
  const [sequences, frames, features] = [200, 10, 3];
  const rows = sequences * frames;
  const sequence = Float64Array.from({ length: rows }, (_, r) => Math.floor(r / frames));
  const data = normals(rows * features, "states");
  const e = normals(rows, "e");
  const signal = e.map((v, r) => 5 + 2 * data[r * features] - data[r * features + 2] + 0.5 * v);
  const options = { units: sequence, stream: stream(2, "decoding") };
  const factor = (name: string, values: ArrayLike<number>) => ({ name, kind: "continuous" as const, values });

  test("finds R² = signal/(signal + noise), within 5 standard errors", () => {
    const [score, none] = ridgeDecoding(
      { data, width: features },
      [factor("speed", signal), factor("noise", e)],
      options,
    );
    const truth = 5 / 5.25; // an error of R² near 1 is that of the variance of the noise, √(2/n) in relation
    expect(Math.abs(score.r2 - truth)).toBeLessThan(5 * 2 * (1 - truth) * Math.sqrt(2 / rows));
    expect(score.factor).toBe("speed");
    expect(score.interval.low).toBeLessThan(score.r2);
    expect(score.interval.high).toBeGreaterThan(score.r2);
    const width = score.interval.high - score.interval.low;
    expect(width).toBeGreaterThan(2 * (1 - truth) * Math.sqrt(2 / rows));
    expect(width).toBeLessThan(8 * (1 - truth) * Math.sqrt(2 / rows));
    expect(Math.abs(none.r2)).toBeLessThan(0.02);
  });

  test("R² and its interval are those of the held-out predictions", () => {
    const [{ r2 }] = ridgeDecoding({ data, width: features }, [factor("speed", signal)], options);
    const [predictions] = heldOutRidge({ data, width: features }, [signal], options).predictions;
    const mean = signal.reduce((a, b) => a + b) / rows;
    const [left, total] = signal.reduce(([a, b], v, r) => [a + (v - predictions[r]) ** 2, b + (v - mean) ** 2], [0, 0]);
    expect(r2).toBeCloseTo(1 - left / total, 10);
  });

  test("cannot use that a state tells the sequence", () => {
    // 20 sequences, each with its own indicator: rows would decode a label of sequences fully, sequences not seen tell nothing.
    const states = Float64Array.from({ length: 400 * 20 }, (_, i) => (Math.floor(i / 20 / 20) === i % 20 ? 1 : 0));
    const own = normals(20, "labels");
    const label = Float64Array.from({ length: 400 }, (_, r) => own[Math.floor(r / 20)]);
    const of = (units: Float64Array) =>
      ridgeDecoding({ data: states, width: 20 }, [factor("label", label)], { ...options, units })[0].r2;
    expect(of(label.map((_, r) => Math.floor(r / 20)))).toBeLessThan(0);
    expect(of(label.map((_, r) => r))).toBeGreaterThan(0.99);
  });

  test("a unit that varies in one sequence alone carries no prediction away", () => {
    // Elsewhere it is still but for a trace of the signal's noise, where its weight would be large.
    const states = (own: number): Float64Array =>
      Float64Array.from({ length: rows * 2 }, (_, i) => {
        const r = i >> 1;
        return i % 2 ? (sequence[r] === 0 ? own : 0) + 1e-5 * e[r] : data[r * features];
      });
    const r2 = (own: number) =>
      ridgeDecoding({ data: states(own), width: 2 }, [factor("speed", signal)], options)[0].r2;
    expect(r2(0)).toBeGreaterThan(0.78); // the first state tells 4/5.25 of the variance, the second another 0.25/5.25
    expect(r2(1)).toBeGreaterThan(0.7);
    expect(r2(1)).toBeLessThan(0.78);
  });

  test("a factor that never varies has no R²", () => {
    const [{ r2 }] = ridgeDecoding({ data, width: features }, [factor("one", new Float64Array(rows).fill(2))], options);
    expect(r2).toBeNaN();
  });
});

describe("linear importance", () => {
  // Every pair of a in −2…2 and b in −2…2, in 12 sequences that hold all pairs each.
  const rows = Array.from({ length: 300 }, (_, i) => [(i % 5) - 2, (Math.floor(i / 5) % 5) - 2]);
  const units = rows.map((_, i) => Math.floor(i / 25));
  const options = { units, stream: stream(3, "folds") };
  const factors = [0, 1].map((j) => ({ name: "ab"[j], kind: "continuous" as const, values: rows.map((r) => r[j]) }));
  const of = (code: (a: number, b: number) => number[]) => {
    const latents = rows.map(([a, b]) => code(a, b));
    return linearImportance({ data: latents.flat(), width: latents[0].length }, factors, options);
  };

  test("of a code that permutes and scales is the permutation", () => {
    const { importance, informativeness } = of((a, b) => [7 - 3 * b, 0.01 * a, 1]);
    [
      [0, 1],
      [1, 0],
      [0, 0],
    ].forEach((row, i) => void row.forEach((v, j) => void expect(importance[i][j]).toBeCloseTo(v, 5)));
    for (const r2 of informativeness) expect(r2).toBeCloseTo(1, 8);
  });

  test("of a code turned by θ is |cos θ| and |sin θ|", () => {
    const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
    const { importance } = of((a, b) => [c * a - s * b, s * a + c * b]);
    [
      [c, s],
      [s, c],
    ].forEach((row, i) => void row.forEach((v, j) => void expect(importance[i][j]).toBeCloseTo(v, 5)));
  });

  test("of a discrete factor is its classes' together: squares of uncorrelated latents add up to R²", () => {
    const classes = rows.map((_, i) => [5, -1, 8][Math.floor(i / 25) % 3]);
    const latents = rows.map(
      (_, i) =>
        [
          [1, 1],
          [-1, 1],
          [0, -2],
        ][Math.floor(i / 25) % 3],
    );
    const factor = { name: "class", kind: "discrete" as const, values: classes };
    const { importance, informativeness } = linearImportance({ data: latents.flat(), width: 2 }, [factor], options);
    expect(importance.reduce((s, r) => s + r[0] ** 2, 0)).toBeCloseTo(1, 4);
    expect(importance[0][0]).toBeCloseTo(Math.SQRT1_2, 4);
    expect(informativeness[0]).toBeCloseTo(1, 4);
  });

  test("of what cannot be read out linearly is none", () => {
    const { importance, informativeness } = of((a, b) => [a * a, b * b]);
    for (const row of importance) for (const v of row) expect(v).toBeCloseTo(0, 9);
    for (const r2 of informativeness) expect(r2).toBeLessThan(1e-9);
  });
});
