import { expect, test } from "vitest";
import { ppcFindings } from "./ppc-findings.ts";
import { type MeasuredRow, meanImpulse, relativeErrors, type SeedScores } from "./ppc-result.ts";

/** A seed with an error in 10⁻⁴ rad²; both controls make it three times as large. */
function seed(n: number, tenThousandths: number): SeedScores {
  const mse = tenThousandths * 1e-4;
  return {
    ...{ seed: n, mse, ratio: mse / 1.5e-4, memoryless: 3 * mse, shuffled: 3 * mse },
    impulse: { mean: [n, 0.5, -0.1], sem: [0.01, 0.01, 0.01] },
    autoregression: { errors: [1, 0.1, 0.1 ** n, 0.1 ** n, 0.1 ** n], bic: [0, 0, 0, 0, 0], order: 2, orderByBic: 4 },
  };
}

const row = (id: string, name: string, paper: number, errors: readonly number[]): MeasuredRow => ({
  ...{ id, name, paper: paper * 1e-4 },
  seeds: errors.map((e, i) => seed(i + 1, e)),
});

const example = { from: 0, position: [], spikes: [], estimates: {} };
const verdictsOf = (rows: readonly MeasuredRow[]) => {
  const all = ppcFindings({ rows, references: { spikes: 12e-4, kalman: seed(1, 1.5) }, example });
  return (part: string) => all.filter((f) => f.what.includes(part)).map((f) => f.verdict);
};

const good = [
  row("order-zero", "order 0", 12, [12, 12]),
  row("trbm", "TRBM", 6, [6, 7]),
  row("kf-1", "KF-1", 5.8, [5, 5.5]),
  row("refh", "rEFH", 3.3, [3, 4.5]),
  row("kf-2", "KF-2", 2.2, [1.6, 1.7]),
];

test("what the paper says is shown where it holds in every seed", () => {
  const verdict = verdictsOf(good);
  expect(verdict("spikes alone")).toEqual(["shown"]);
  expect(verdict("Kalman filter with the true")).toEqual(["shown"]);
  expect(verdict("mean error of the rEFH")).toEqual(["shown"]); // 3.75
  expect(verdict("error of rEFH < TRBM < order 0")).toEqual(["shown"]);
  expect(verdict("error of KF-2 < KF-1")).toEqual(["shown"]);
  expect(verdict("pairs of lines")).toEqual(["shown"]);
  expect(verdict("W_u = 0")).toEqual(["shown"]);
  expect(verdict("shuffled time, times")).toEqual(["shown"]);
});

test("the rEFH with mean parameters is judged by itself, and is none of the paper's lines", () => {
  const verdict = verdictsOf([
    ...good.map((r) => (r.id === "refh" ? row("refh", "rEFH", 3.3, [3, 8]) : r)),
    row("refh-mean", "rEFH, mean", 3.3, [3, 4]),
  ]);
  expect(verdict("mean error of the rEFH")).toEqual(["not shown", "shown"]); // 5.5, 3.5
  expect(verdict("error of rEFH < TRBM < order 0")).toEqual(["partly"]);
  expect(verdict("error of rEFH, mean < TRBM < order 0")).toEqual(["shown"]);
  expect(verdict("pairs of lines")).toEqual(
    verdictsOf(good.map((r) => (r.id === "refh" ? row("refh", "rEFH", 3.3, [3, 8]) : r)))("pairs of lines"),
  );
});

test("one seed that is not in order leaves it partly shown, means that are not in order not at all", () => {
  const [zero, , , , two] = good;
  const one = row("kf-1", "KF-1", 5.8, [5, 4]);
  const verdict = verdictsOf([zero, row("trbm", "TRBM", 6, [6, 4.4]), one, row("refh", "rEFH", 3.3, [3, 5.5]), two]);
  expect(verdict("mean error of the rEFH")).toEqual(["partly"]); // 4.25
  expect(verdict("error of rEFH < TRBM < order 0")).toEqual(["partly"]); // 4.25 < 5.2 < 12
  expect(verdict("error of rEFH < KF-1")).toEqual(["partly"]); // 4.25 < 4.5
  const worse = verdictsOf([zero, one, row("refh", "rEFH", 3.3, [6, 7]), two]);
  expect(worse("mean error of the rEFH")).toEqual(["not shown"]);
  expect(worse("error of rEFH < KF-1")).toEqual(["not shown"]);
  expect(worse("rEFH < TRBM")).toEqual([]);
});

test("curves of several seeds: mean and standard deviation, geometric mean of ratios", () => {
  const seeds = [seed(1, 3), seed(3, 3)];
  const { mean, error } = meanImpulse(seeds);
  expect(mean).toEqual([2, 0.5, -0.1]);
  expect(error[0]).toBeCloseTo(Math.SQRT2, 12);
  expect(error[1]).toBe(0);
  expect(meanImpulse([seed(1, 3)]).error).toEqual([0.01, 0.01, 0.01]);
  expect(relativeErrors(seeds)[2]).toBeCloseTo(0.01, 12); // √(0.1 · 0.001)
});
