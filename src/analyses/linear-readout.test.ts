import { expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { fitReadout } from "./linear-readout.ts";

const [UNITS, PER_UNIT, WIDTH] = [6, 50, 4];
const rows = UNITS * PER_UNIT;
const drawn = (name: string, n: number): Float64Array => {
  const out = new Float64Array(n);
  stream(2, name).normal(0, out);
  return out;
};
const units = Uint32Array.from({ length: rows }, (_, i) => Math.floor(i / PER_UNIT));
const features = { data: drawn("features", rows * WIDTH), width: WIDTH };
const weights = [0.5, -2, 0, 1];
const truth = (x: ArrayLike<number>, row: number): number =>
  weights.reduce((s, w, i) => s + w * x[row * WIDTH + i], 0.25);

test("an exact linear map is read exactly off rows that were not fitted", () => {
  const target = Float64Array.from({ length: rows }, (_, row) => truth(features.data, row));
  const read = fitReadout(features, target, { units, stream: stream(1, "folds") });
  const fresh = drawn("fresh", 10 * WIDTH);
  read({ data: fresh, width: WIDTH }).forEach((y, row) => void expect(y).toBeCloseTo(truth(fresh, row), 5));
});

test("of features that tell nothing, the mean is read: a penalty is chosen by left-out units", () => {
  const wide = { data: drawn("noise", rows * 100), width: 100 };
  const target = drawn("target", rows).map((y) => y + 3);
  const read = fitReadout(wide, target, { units, stream: stream(1, "folds"), penalties: [1e-6, 1e4] });
  const mean = target.reduce((a, b) => a + b, 0) / rows;
  for (const y of read({ data: drawn("other", 5 * 100), width: 100 })) expect(Math.abs(y - mean)).toBeLessThan(0.01);
});
