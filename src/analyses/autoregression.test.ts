import { describe, expect, test } from "vitest";
import { wrapped } from "../base/circle.ts";
import { stream } from "../base/random.ts";
import { type DampedSpring, makinSpring, springModel, springTrajectory } from "../data/damped-spring.ts";
import { estimates, kalmanFilter, type LinearGaussian } from "../models/kalman.ts";
import { autoregression } from "./autoregression.ts";

const [COUNT, LENGTH, R] = [8, 400, 1.2e-3];

/** Noisy positions of a spring: (sequence, time). */
function noisy(spring: DampedSpring): Float64Array {
  const one = (n: number): number[] => {
    const [push, noise] = [new Float64Array(2 * LENGTH), new Float64Array(LENGTH)];
    stream(3, "push").normal(n, push);
    stream(3, "noise").normal(n, noise);
    const { position } = springTrajectory(spring, (n + 0.5) / COUNT, push);
    return [...position.map((x, t) => x + Math.sqrt(R) * noise[t])];
  };
  return Float64Array.from(Array.from({ length: COUNT }, (_, n) => one(n)).flat());
}

const seen = noisy(makinSpring);

function filtered(model: LinearGaussian, y = seen): Float64Array {
  const one = (n: number) => {
    const own = { y: y.subarray(n * LENGTH, (n + 1) * LENGTH), R: new Float64Array(LENGTH).fill(R) };
    return [...estimates(model, kalmanFilter(model, own).filtered)];
  };
  return Float64Array.from(Array.from({ length: COUNT }, (_, n) => one(n)).flat());
}

const first: LinearGaussian = { A: [[0.99]], Q: [[4e-4]], C: [1], start: { mean: [0], covariance: [[0.3]] } };
const second = springModel(makinSpring);
const options = { count: COUNT, skip: 150 };

describe("of Kalman filters with constant gain", () => {
  test.each([
    [1, first],
    [2, second],
  ] as const)("order %i is found, and leaves no rest", (order, model) => {
    const e = filtered(model);
    const found = autoregression(e, seen, options);
    expect(found.order).toBe(order);
    expect(found.orderByBic).toBe(order);
    expect(found.errors[order]).toBeLessThan(1e-3 * found.errors[order - 1]);
    expect(found.errors).toHaveLength(5);
  });

  test("the same order on a circle that the positions pass beyond", () => {
    const c = 1.2;
    const y = noisy({ ...makinSpring, startWithin: 0.3, startVelocity: 0.5 });
    const e = filtered(second, y);
    expect(e.filter((x) => Math.abs(x) > c / 2).length).toBeGreaterThan(100);
    const [onCircle, inputs] = [e, y].map((all) => all.map((x) => wrapped(x, c)));
    const found = autoregression(onCircle, inputs, { ...options, circumference: c });
    expect(found.order).toBe(2);
    const line = autoregression(e, y, options);
    found.errors.forEach((error, p) => void expect(error / line.errors[p]).toBeCloseTo(1, 4));
  });
});

test("what follows the input alone, with noise of its own, has order 0", () => {
  const noise = new Float64Array(seen.length);
  stream(5, "own").normal(0, noise);
  const e = seen.map((y, i) => 0.9 * y + 0.01 * noise[i]);
  const found = autoregression(e, seen, options);
  expect(found.order).toBe(0);
  expect(found.orderByBic).toBe(0);
  expect(found.errors[0] / 1e-4).toBeGreaterThan(0.9); // the variance of its noise, 1e-4
  expect(found.errors[0] / 1e-4).toBeLessThan(1.1);
});

test("an order with a negligible error is enough, and one with at most so many times the least", () => {
  const e = filtered(second);
  const { errors } = autoregression(e, seen, options);
  expect(autoregression(e, seen, { ...options, negligible: 1.01 * errors[1] }).order).toBe(1);
  expect(autoregression(e, seen, { ...options, negligible: 0.99 * errors[1] }).order).toBe(2);
  const drifting = e.map((x, i) => x + 0.01 * Math.sin(i * 12.9898 + i * i)); // a rest that no order takes away
  const rests = autoregression(drifting, seen, options).errors;
  const ratio = rests[1] / Math.min(...rests);
  expect(ratio).toBeGreaterThan(1.05);
  expect(autoregression(drifting, seen, { ...options, enough: 1.01 * ratio }).order).toBeLessThanOrEqual(1);
  expect(autoregression(drifting, seen, { ...options, enough: 0.99 * ratio }).order).toBeGreaterThan(1);
});

test("errors are those of sequences that were not fitted", () => {
  // The second half of the sequences has twice the noise.
  const noise = new Float64Array(seen.length);
  stream(5, "own").normal(0, noise);
  const e = seen.map((y, i) => y + (i < seen.length / 2 ? 0.01 : 0.02) * noise[i]);
  const found = autoregression(e, seen, options);
  expect(found.errors[0] / 4e-4).toBeGreaterThan(0.9);
  expect(found.errors[0] / 4e-4).toBeLessThan(1.1);
});

test("steps next to a missing input are left out", () => {
  const holed = seen.map((y, i) => (i % 100 === 37 ? Number.NaN : y));
  const found = autoregression(filtered(second), holed, options);
  expect(found.order).toBe(2);
  for (const e of found.errors) expect(e).toBeGreaterThan(0);
});

test("one sequence, or too short ones, are refused", () => {
  expect(() => autoregression(seen, seen, { count: 1 })).toThrow("two sequences or more");
  expect(() => autoregression(seen, seen, { ...options, skip: 400 })).toThrow("more than 400 steps");
});
