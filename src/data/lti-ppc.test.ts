import { beforeAll, describe, expect, test } from "vitest";
import { meanSquaredDistance } from "../base/circle.ts";
import { springModel } from "./damped-spring.ts";
import type { Split } from "./dataset.ts";
import { ltiPpc } from "./lti-ppc.ts";
import { decodeSpikes, rates } from "./population-code.ts";

const NEURONS = 15;

function read(split: Split, field: string, indices: readonly number[], size: number): Float32Array {
  const out = new Float32Array(indices.length * size);
  split.read(field, indices, out);
  return out;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const total = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0);

describe("a sequence", () => {
  const long = ltiPpc({ seed: 5, length: 50 });
  const sizes = { spikes: 50 * NEURONS, position: 50, velocity: 50, gain: 50 };

  test.each(Object.entries(sizes))("of %s depends on seed, split and index only", (field, size) => {
    const { train, test } = long.splits;
    const some = read(train, field, [7, 39_999, 0], size);
    expect(read(ltiPpc({ seed: 5, length: 50, train: 8 }).splits.train, field, [7], size)).toEqual(
      some.subarray(0, size),
    );
    expect(read(train, field, [39_999], size)).toEqual(some.subarray(size, 2 * size));
    expect(read(train, field, [0], size)).not.toEqual(some.subarray(0, size));
    expect(read(test, field, [7], size)).not.toEqual(some.subarray(0, size));
    expect(read(ltiPpc({ seed: 6, length: 50 }).splits.train, field, [7], size)).not.toEqual(some.subarray(0, size));
  });

  test.each(Object.entries(sizes))("of %s begins with the shorter one", (field, size) => {
    const short = ltiPpc({ seed: 5, length: 20 });
    const part = (size * 20) / 50;
    expect(read(short.splits.test, field, [3], part)).toEqual(
      read(long.splits.test, field, [3], size).subarray(0, part),
    );
  });
});

describe("40 test sequences of 1000 steps", () => {
  const data = ltiPpc();
  let spikes: Float32Array;
  let position: Float32Array;
  let velocity: Float32Array;
  let gain: Float32Array;
  beforeAll(() => {
    spikes = read(data.splits.test, "spikes", upTo(40), 1000 * NEURONS);
    [position, velocity, gain] = ["position", "velocity", "gain"].map((f) => read(data.splits.test, f, upTo(40), 1000));
  });

  test("have whole counts within the field's range, about 20 a step", () => {
    const [, most] = data.fields[0].range;
    expect(spikes.every((k) => Number.isInteger(k) && k >= 0 && k <= most)).toBe(true);
    // Mean 8 · 2.4837; a step's variance is its mean and that of the gain, 0.92² · 2.4837².
    const error = Math.sqrt((19.87 + 0.92 ** 2 * 2.4837 ** 2) / 40_000);
    expect(Math.abs(total(spikes) / 40_000 - 19.87)).toBeLessThan(5 * error);
  });

  test("have gains uniform from 6.4 to 9.6", () => {
    expect(Math.min(...gain)).toBeGreaterThan(6.399);
    expect(Math.max(...gain)).toBeLessThan(9.601);
    const spread = 3.2 / Math.sqrt(12);
    expect(Math.abs(total(gain) / 40_000 - 8)).toBeLessThan((5 * spread) / 200);
    const squares = total(gain.map((g) => (g - 8) ** 2)) / 40_000;
    expect(Math.abs(squares - spread ** 2)).toBeLessThan((5 * spread ** 2 * Math.sqrt(0.8)) / 200); // E z⁴ = 1.8
  });

  // Where the rate is above ½, (k − λ)² / λ has mean 1 and variance 2 + 1/λ.
  test("have, neuron by neuron, the mean and the variance of Poisson counts at the code's rates", () => {
    const sums = upTo(NEURONS).map(() => ({ rate: 0, excess: 0, squares: 0, variance: 0 }));
    for (let i = 0; i < 40_000; i++) {
      const λ = rates(data.code, position[i], gain[i]);
      for (let n = 0; n < NEURONS; n++) {
        if (λ[n] < 0.5) continue;
        const k = spikes[i * NEURONS + n];
        sums[n].rate += λ[n];
        sums[n].excess += k - λ[n];
        sums[n].squares += (k - λ[n]) ** 2 / λ[n] - 1;
        sums[n].variance += 2 + 1 / λ[n];
      }
    }
    for (const { rate, excess, squares, variance } of sums) {
      expect(rate).toBeGreaterThan(1000);
      expect(Math.abs(excess)).toBeLessThan(5 * Math.sqrt(rate));
      expect(Math.abs(squares)).toBeLessThan(5 * Math.sqrt(variance));
    }
  });

  test("tell the position to about 1.2e-3 rad², the tuning variance over the number of spikes", () => {
    const { y, R } = decodeSpikes(data.code, spikes);
    const error = meanSquaredDistance(y, position, data.code.circumference);
    expect(error).toBeGreaterThan(1.1e-3);
    expect(error).toBeLessThan(1.3e-3);
    const predicted = total(R.filter(Number.isFinite)) / 40_000;
    expect(Math.abs(error / predicted - 1)).toBeLessThan(5 * Math.sqrt(2 / 40_000));
  });

  test("follow the spring, pushed by noise of its variances that does not repeat from one sequence to the next", () => {
    const {
      A: [[a11, a12], [a21, a22]],
    } = springModel(data.spring);
    const pushes: [number, number][] = [];
    for (let i = 0; i < 40_000; i++) {
      if (i % 1000 === 0) continue;
      const [x, v] = [position[i - 1], velocity[i - 1]];
      pushes.push([
        (position[i] - a11 * x - a12 * v) / Math.sqrt(5e-7),
        (velocity[i] - a21 * x - a22 * v) / Math.sqrt(5e-5),
      ]);
    }
    const n = pushes.length;
    const moment = (f: (p: readonly [number, number], i: number) => number): number => total(pushes.map(f)) / n;
    for (const k of [0, 1]) {
      expect(Math.abs(moment((p) => p[k]))).toBeLessThan(5 / Math.sqrt(n));
      expect(Math.abs(moment((p) => p[k] ** 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
      expect(Math.abs(moment((p, i) => p[k] * pushes[(i + 999) % n][k]))).toBeLessThan(5 / Math.sqrt(n));
      expect(Math.abs(moment((p, i) => p[k] * pushes[(i + 1) % n][k]))).toBeLessThan(5 / Math.sqrt(n));
    }
    expect(Math.abs(moment((p) => p[0] * p[1]))).toBeLessThan(5 / Math.sqrt(n));
  });
});

test("first positions are uniform in ±(π/3 − 0.05), first velocities of variance 5e-10", () => {
  const { train } = ltiPpc({ length: 1 }).splits;
  const n = 4000;
  const [x, v] = ["position", "velocity"].map((f) => read(train, f, upTo(n), 1));
  const within = Math.PI / 3 - 0.05;
  expect(Math.max(...x.map(Math.abs))).toBeLessThan(within + 1e-6);
  expect(Math.max(...x.map(Math.abs))).toBeGreaterThan(0.99 * within);
  expect(Math.abs(total(x) / n)).toBeLessThan((5 * within) / Math.sqrt(3 * n));
  expect(Math.abs(total(x.map((a) => a ** 2)) / n / (within ** 2 / 3) - 1)).toBeLessThan(5 * Math.sqrt(0.8 / n));
  expect(Math.abs(total(v.map((a) => a ** 2)) / n / 5e-10 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
});

test("a spring that leaves the range goes round the circle, and the field with it", () => {
  const free = { stiffness: 0, damping: 0, velocityNoise: 0, positionNoise: 0, startVelocity: 1 };
  const data = ltiPpc({ length: 400, spring: free });
  const { test: split } = data.splits;
  const [x, v] = ["position", "velocity"].map((f) => read(split, f, upTo(20), 400));
  const half = data.code.circumference / 2;
  expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(half + 1e-6);
  expect(Math.max(...x.map(Math.abs))).toBeGreaterThan(0.99 * half);
  const spikes = read(split, "spikes", upTo(20), 400 * NEURONS);
  expect(meanSquaredDistance(decodeSpikes(data.code, spikes).y, x, 2 * half)).toBeLessThan(1.4e-3);
  // A free spring keeps its velocity, so that the last position is known from the first.
  for (let k = 0; k < 20; k++) {
    const last = x[400 * k] + 399 * 0.05 * v[400 * k];
    expect(meanSquaredDistance([last], [x[400 * k + 399]], 2 * half)).toBeLessThan(1e-8);
  }
});

test("options reach what they name", () => {
  const data = ltiPpc({
    length: 3,
    train: 2,
    test: 1,
    code: { neurons: 7, range: 2 },
    gain: [1, 1],
    spring: { mass: 8 },
  });
  expect(data.fields[0].shape.map((a) => [a.name, a.size])).toEqual([
    ["time", 3],
    ["neuron", 7],
  ]);
  expect(data.code.circumference).toBeCloseTo(7 / 3, 12);
  expect(data.spring).toMatchObject({ mass: 8, stiffness: 3 });
  expect(read(data.splits.train, "gain", [0, 1], 3)).toEqual(new Float32Array(6).fill(1));
  expect([data.splits.train.count, data.splits.test.count]).toEqual([2, 1]);
});

test("what does not exist is refused", () => {
  const { train } = ltiPpc({ length: 2, train: 5 }).splits;
  expect(() => train.read("spike", [0], new Float32Array(30))).toThrow(/did you mean "spikes"/);
  expect(() => train.read("gain", [5], new Float32Array(2))).toThrow(/a whole number from 0 to 4, got 5/);
  expect(() => train.read("spikes", [0, 1], new Float32Array(30))).toThrow(/2 × 30 = 60/);
});

test.each([
  { length: 0 },
  { length: 2.5 },
  { gain: [3, 2] as const },
  { gain: [-1, 2] as const },
  { gain: [1, 900] as const },
])("%o is refused", (options) => {
  expect(() => ltiPpc(options)).toThrow(/lti-ppc: expected a whole number of steps/);
});
