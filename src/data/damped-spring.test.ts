import { expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { makinSpring, springModel, springTrajectory } from "./damped-spring.ts";

const still = { ...makinSpring, positionNoise: 0, velocityNoise: 0, startVelocity: 0 };

test("the transition is [[1, 0.05], [−0.03, 0.9975]] (setDynamics.m)", () => {
  const { A, Q, C } = springModel(makinSpring);
  expect(A.flat()).toEqual([1, 0.05, expect.closeTo(-0.03, 12), expect.closeTo(0.9975, 12)]);
  expect(Q).toEqual([
    [5e-7, 0],
    [0, 5e-5],
  ]);
  expect(C).toEqual([1, 0]);
});

// A satisfies its own characteristic equation: x_{t+1} = tr(A) x_t − det(A) x_{t−1}.
test("without noise the position follows x'' = −(kx + bx')/m by Euler's rule", () => {
  const { position, velocity } = springTrajectory(still, 0.9, new Float64Array(400).fill(3));
  expect(position[0]).toBeCloseTo(0.8 * (Math.PI / 3 - 0.05), 12);
  expect(velocity[0]).toBe(0);
  expect(position[1]).toBe(position[0]);
  for (let t = 1; t < 199; t++) {
    const next = (2 - 0.0025) * position[t] - (1 - 0.0025 + 0.0015) * position[t - 1];
    expect(Math.abs(position[t + 1] - next)).toBeLessThan(1e-12);
    expect(Math.abs(velocity[t] - (position[t + 1] - position[t]) / 0.05)).toBeLessThan(1e-12);
  }
});

test("the first position runs over the whole of ± startWithin", () => {
  const first = (u: number): number => springTrajectory(still, u, new Float64Array(2)).position[0];
  expect(first(2 ** -33)).toBeCloseTo(-(Math.PI / 3 - 0.05), 8);
  expect(first(0.5)).toBe(0);
  expect(first(1 - 2 ** -33)).toBeCloseTo(Math.PI / 3 - 0.05, 8);
});

test("each normal pushes its own state, by the square root of its variance, from its own step on", () => {
  const pushed = (at: number): readonly number[] => {
    const normal = new Float64Array(8);
    normal[at] = 1;
    const { position, velocity } = springTrajectory(makinSpring, 0.5, normal);
    return [...position, ...velocity];
  };
  const [σx, σv, σ0] = [5e-7, 5e-5, 5e-10].map(Math.sqrt);
  expect(pushed(0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(pushed(1).slice(4, 6)).toEqual([σ0, expect.closeTo(0.9975 * σ0, 12)]);
  expect(pushed(1)[1]).toBeCloseTo(0.05 * σ0, 12);
  expect(pushed(4)).toEqual([0, 0, σx, expect.closeTo(σx, 12), 0, 0, 0, expect.closeTo(-0.03 * σx, 12)]);
  expect(pushed(5)).toEqual([0, 0, 0, expect.closeTo(0.05 * σv, 12), 0, 0, σv, expect.closeTo(0.9975 * σv, 12)]);
});

test("a longer path begins with the shorter one", () => {
  const normal = new Float64Array(200);
  stream(1, "spring").normal(0, normal);
  const [long, short] = [normal, normal.subarray(0, 60)].map((n) => springTrajectory(makinSpring, 0.3, n));
  expect(long.position.subarray(0, 30)).toEqual(short.position);
  expect(long.velocity.subarray(0, 30)).toEqual(short.velocity);
});
