import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { stopAtWall, turnBack, type WallPath, wallPath } from "./wall-path.ts";

test("a step that would pass a wall is taken backwards, and marked where it ends", () => {
  const { places, bounces } = wallPath(turnBack, 5, 3, 0, 10, 7);
  expect([...places]).toEqual([5, 8, 5, 2, 5, 8, 5]);
  expect([...bounces]).toEqual([0, 0, 1, 0, -1, 0, 1]);
});

test("a wall that is reached exactly is not passed", () => {
  const { places, bounces } = wallPath(turnBack, 7, 3, 0, 10, 4);
  expect([...places]).toEqual([7, 10, 7, 4]);
  expect([...bounces]).toEqual([0, 0, 1, 0]);
  const mirrored = wallPath(turnBack, 3, -3, 0, 10, 4);
  expect([...mirrored.places]).toEqual([3, 0, 3, 6]);
  expect([...mirrored.bounces]).toEqual([0, 0, -1, 0]);
});

test("a step that reaches or passes a wall ends at it, and the next leads back", () => {
  const { places, bounces } = wallPath(stopAtWall, 5, 3, 0, 10, 9);
  expect([...places]).toEqual([5, 8, 10, 7, 4, 1, 0, 3, 6]);
  expect([...bounces]).toEqual([0, 0, 1, 0, 0, 0, -1, 0, 0]);
  expect([...wallPath(stopAtWall, 7, 3, 0, 10, 3).bounces]).toEqual([0, 1, 0]);
});

test("without a wall on the way, both rules are uniform motion", () => {
  for (const rule of [turnBack, stopAtWall]) {
    const { places, bounces } = wallPath(rule, 1, -2, -100, 100, 30);
    expect([...places]).toEqual(Array.from({ length: 30 }, (_, t) => 1 - 2 * t));
    expect([...bounces]).toEqual(new Array(30).fill(0));
  }
});

describe("against closed forms", () => {
  const [least, greatest, length] = [-2, 38, 200];

  /** Start and velocity, 200 times. */
  function* cases(): Generator<[start: number, velocity: number]> {
    const uniform = stream(3, "cases");
    const u = new Float64Array(2);
    for (let n = 0; n < 200; n++) {
      uniform.uniform(n, u);
      yield [36 * u[0], 12 * u[1] - 6];
    }
  }

  function compare(
    { places, bounces }: WallPath,
    expected: (t: number) => readonly [place: number, bounce: number],
  ): void {
    const wrong = Array.from({ length }, (_, t) => t).filter((t) => {
      const [place, bounce] = expected(t);
      return Math.abs(places[t] - place) > 1e-10 || bounces[t] !== bounce;
    });
    expect(wrong).toEqual([]);
  }

  test("turning back walks the places start + k·velocity between the walls to and fro", () => {
    for (const [start, velocity] of cases()) {
      // With v > 0, first to the greater wall; mirrored otherwise.
      const [behind, ahead] = velocity > 0 ? [start - least, greatest - start] : [greatest - start, start - least];
      const [kMin, kMax] = [-Math.floor(behind / Math.abs(velocity)), Math.floor(ahead / Math.abs(velocity))];
      const n = kMax - kMin;
      compare(wallPath(turnBack, start, velocity, least, greatest, length), (t) => {
        const phase = (t - kMin) % (2 * n);
        const k = kMin + (phase <= n ? phase : 2 * n - phase);
        const before = (t - 1 - kMin) % (2 * n);
        const turned = t > 0 && before === n ? 1 : t > 1 && before === 0 ? -1 : 0;
        return [start + k * velocity, turned * Math.sign(velocity)];
      });
    }
  });

  test("stopping at walls takes ⌈way / step⌉ frames from wall to wall", () => {
    for (const [start, velocity] of cases()) {
      const step = Math.abs(velocity);
      const first = Math.ceil((velocity > 0 ? greatest - start : start - least) / step);
      const across = Math.ceil((greatest - least) / step);
      compare(wallPath(stopAtWall, start, velocity, least, greatest, length), (t) => {
        const hits = t < first ? 0 : 1 + Math.floor((t - first) / across);
        const wallIsGreater = hits % 2 === 1 ? velocity > 0 : velocity < 0;
        const since = hits === 0 ? t : (t - first) % across;
        const from = hits === 0 ? start : wallIsGreater ? greatest : least;
        const sign = hits === 0 ? Math.sign(velocity) : wallIsGreater ? -1 : 1;
        return [from + sign * since * step, hits > 0 && since === 0 ? -sign : 0];
      });
    }
  });
});
