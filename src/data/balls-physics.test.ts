import { beforeAll, describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { ballsPath, overlap, stepBalls, sutskeverBox } from "./balls-physics.ts";

const { side, radius, steps } = sutskeverBox;

/** State after one step. */
function stepped(x: readonly number[], v: readonly number[]) {
  const [position, velocity] = [Float64Array.from(x), Float64Array.from(v)];
  stepBalls(sutskeverBox, position, velocity);
  return { x: [...position], v: [...velocity] };
}

const close = (got: readonly number[], expected: readonly number[]): void => {
  expect(got).toHaveLength(expected.length);
  for (const [k, e] of expected.entries()) expect(got[k]).toBeCloseTo(e, 12);
};

test("a free ball moves by half its velocity in each of two steps a frame", () => {
  const { position, velocity } = ballsPath(sutskeverBox, [5, 4], [0.25, -0.125], 4);
  expect([...position]).toEqual([5, 4, 5.25, 3.875, 5.5, 3.75, 5.75, 3.625]);
  expect([...velocity]).toEqual([0.25, -0.125, 0.25, -0.125, 0.25, -0.125, 0.25, -0.125]);
});

describe("walls", () => {
  test.each([
    ["left", [1.25, 5], [-0.5, 0.25], [1, 5.125], [0.5, 0.25]],
    ["right", [8.75, 5], [0.5, 0.25], [9, 5.125], [-0.5, 0.25]],
    ["upper", [5, 1.25], [0.25, -0.5], [5.125, 1], [0.25, 0.5]],
    ["lower", [5, 8.75], [0.25, 0.5], [5.125, 9], [0.25, -0.5]],
  ])("the %s wall turns the velocity across it and leaves the place", (_, x, v, nextX, nextV) => {
    expect(stepped(x, v)).toEqual({ x: nextX, v: nextV });
  });

  test("a ball that lies beyond a wall and moves inwards is not turned again", () => {
    expect(stepped([0.5, 9.5], [0.25, -0.25])).toEqual({ x: [0.625, 9.375], v: [0.25, -0.25] });
  });

  test("a ball whose rim has not passed the wall is not turned", () => {
    expect(stepped([radius + 0.26, 5], [-0.5, 0]).v).toEqual([-0.5, 0]);
  });
});

describe("collisions", () => {
  test("head on, equal masses exchange their velocities", () => {
    close(stepped([4, 5, 6.45, 5], [0.3, 0, -0.1, 0]).v, [-0.1, 0, 0.3, 0]);
  });

  test("a ball that hits one at rest obliquely leaves at a right angle to it", () => {
    // Centres 2.3 apart along (cos 60°, sin 60°) at contact: the part of (0.4, 0) along that line goes over.
    const [nx, ny] = [0.5, Math.sqrt(0.75)];
    const { v } = stepped([4.8, 5, 5 + 2.3 * nx, 5 + 2.3 * ny], [0.4, 0, 0, 0]);
    close(v, [0.4 - 0.2 * nx, -0.2 * ny, 0.2 * nx, 0.2 * ny]);
    expect(v[0] * v[2] + v[1] * v[3]).toBeCloseTo(0, 12);
  });

  test("of three balls in a row, the last takes over the velocity of the first", () => {
    close(stepped([2, 5, 4.35, 5, 6.65, 5], [0.4, 0, 0, 0, 0, 0]).v, [0, 0, 0, 0, 0.4, 0]);
  });

  test("balls that do not touch keep their velocities", () => {
    expect(stepped([4, 5, 6.6, 5], [0.1, 0, -0.1, 0]).v).toEqual([0.1, 0, -0.1, 0]);
  });

  test("momentum is kept, and an isolated pair is as far apart a step after contact as a step before", () => {
    const place = stream(1, "place");
    const speed = stream(1, "speed");
    let met = 0;
    for (let n = 0; n < 500; n++) {
      const [u, v] = [new Float64Array(1), new Float64Array(4)];
      place.uniform(n, u);
      speed.normal(n, v);
      for (let k = 0; k < 4; k++) v[k] *= 0.2;
      const angle = 2 * Math.PI * u[0];
      const x = Float64Array.of(5, 5, 5 + 2.42 * Math.cos(angle), 5 + 2.42 * Math.sin(angle));
      const apart = (): number => Math.hypot(x[0] - x[2], x[1] - x[3]);
      const momentum = [v[0] + v[2], v[1] + v[3]];
      const before = apart();
      stepBalls(sutskeverBox, x, v);
      close([v[0] + v[2], v[1] + v[3]], momentum);
      if (!overlap(x, 0, 2, radius)) continue;
      met++;
      stepBalls({ ...sutskeverBox, radius: 0 }, x, v); // free flight
      expect(apart()).toBeCloseTo(before, 12);
    }
    expect(met).toBeGreaterThan(100);
  });
});

describe("over long paths", () => {
  const speed = 0.5;
  const pairs = [
    [0, 2],
    [0, 4],
    [2, 4],
  ];
  let [energyError, beyond, deepest, deepestFresh, contacts] = [0, 0, 0, 0, 0];

  beforeAll(() => {
    const normal = stream(7, "normal");
    const v = new Float64Array(6);
    for (let n = 0; n < 20; n++) {
      normal.normal(n, v);
      const scale = speed / Math.hypot(...v);
      for (let k = 0; k < 6; k++) v[k] *= scale;
      const x = Float64Array.of(2, 2, 8, 3, 5, 8);
      for (let s = 0; s < 4000; s++) {
        const touched = pairs.map(([i, j]) => overlap(x, i, j, radius));
        stepBalls(sutskeverBox, x, v);
        energyError = Math.max(energyError, Math.abs(Math.hypot(...v) - speed));
        beyond = Math.max(beyond, radius - Math.min(...x), Math.max(...x) - (side - radius));
        for (const [p, [i, j]] of pairs.entries()) {
          const depth = 2 * radius - Math.hypot(x[i] - x[j], x[i + 1] - x[j + 1]);
          deepest = Math.max(deepest, depth);
          if (!touched[p]) deepestFresh = Math.max(deepestFresh, depth);
          if (!touched[p] && depth > 0) contacts++;
        }
      }
    }
  });

  test("energy is kept to rounding", () => {
    expect(energyError).toBeLessThan(1e-12); // 4000 roundings of 1e-16
  });

  test("no ball is beyond a wall by more than two steps: one in, and one where a collision turned it back out", () => {
    expect(beyond).toBeGreaterThan(0);
    expect(beyond).toBeLessThan((2 * speed) / steps);
  });

  test("overlaps come about in one step, and grow by one more at the most", () => {
    // Two balls that share all the energy meet at √2 × speed at the most.
    expect(contacts).toBeGreaterThan(1000);
    expect(deepestFresh).toBeLessThan((Math.SQRT2 * speed) / steps);
    expect(deepest).toBeLessThan((2 * Math.SQRT2 * speed) / steps);
  });
});
