import { describe, expect, test } from "vitest";
import { UsageError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { type Attractor, type StageCurves, stages } from "./stages.ts";

const p = [0, 0.1, 0.2, 0.3, 0.4];
const curves = (memory: number[], concept: number[], abstract: number[], levels = p): StageCurves => ({
  p: levels,
  memory,
  concept,
  abstract,
});

describe("three stages", () => {
  // memory − concept: −4 −2 1 3 5, zero at 0.1 + 0.1·2/3; concept − abstract: −5 −4 −3 −1 1, zero at 0.35.
  const found = stages(curves([0, 2, 4, 6, 9], [4, 4, 3, 3, 4], [9, 8, 6, 4, 3]));

  test("begin where the lines cross", () => {
    expect(found.memoryToConcept).toBeCloseTo(0.1 + 0.2 / 3, 14);
    expect(found.conceptToAbstract).toBeCloseTo(0.35, 14);
    expect(found.repeated).toBe(false);
  });

  test("are named at each noise level", () => {
    expect(found.nearest).toEqual(["memory", "memory", "concept", "concept", "abstract"]);
  });

  test("are all the changes there are", () => {
    expect(found.changes.map(({ from, to, lasting }) => [from, to, lasting])).toEqual([
      ["memory", "concept", true],
      ["concept", "abstract", true],
    ]);
  });
});

describe("changes", () => {
  test("do not happen where a stage is missing", () => {
    const only = stages(curves([1, 1, 1, 1, 1], [2, 2, 2, 2, 2], [3, 3, 3, 3, 3]));
    expect(only).toMatchObject({ changes: [], memoryToConcept: null, conceptToAbstract: null, repeated: false });
    // Straight from memory to the abstract concept, at 0.15.
    const direct = stages(curves([1, 1, 3, 3, 3], [9, 9, 9, 9, 9], [2, 2, 2, 2, 2]));
    expect(direct).toMatchObject({ memoryToConcept: null, conceptToAbstract: null });
    expect(direct.changes).toEqual([{ p: expect.closeTo(0.15, 14), from: "memory", to: "abstract", lasting: true }]);
    const two = stages(curves([1, 1, 3, 3, 3], [2, 2, 2, 2, 2], [9, 9, 9, 9, 9]));
    expect(two).toMatchObject({ memoryToConcept: expect.closeTo(0.15, 14), conceptToAbstract: null });
  });

  test("lie on a noise level where the lines meet there", () => {
    const { memoryToConcept, changes } = stages(curves([0, 1, 2, 3, 4], [2, 2, 2, 2, 2], [9, 9, 9, 9, 9]));
    expect(memoryToConcept).toBe(0.2);
    expect(changes).toHaveLength(1);
  });

  test("are none where lines touch and part again", () => {
    const { changes, nearest } = stages(curves([0, 1, 2, 1, 0], [2, 2, 2, 2, 2], [9, 9, 9, 9, 9]));
    expect(changes).toEqual([]);
    expect(nearest[2]).toBe("memory");
  });

  test("between noise levels that miss a stage are found by the lines", () => {
    // At 0 memory, at 1 abstract; the concept is least from 0.4 to 0.6: 5s = 2, 5(1 − s) = 2.
    const between = stages(curves([0, 5], [2, 2], [5, 0], [0, 1]));
    expect(between.memoryToConcept).toBeCloseTo(0.4, 14);
    expect(between.conceptToAbstract).toBeCloseTo(0.6, 14);
  });

  test("to a stage at one noise level last, if the stage before does not come back", () => {
    const found = stages(curves([1, 1, 3, 9, 9], [2, 2, 2, 9, 9], [9, 9, 9, 1, 1]));
    expect(found.nearest).toEqual(["memory", "memory", "concept", "abstract", "abstract"]);
    expect(found.memoryToConcept).toBeCloseTo(0.15, 14);
    expect(found.conceptToAbstract).toBeCloseTo(0.2 + 0.7 / 15, 14); // 2 + 7s = 9 − 8s
  });

  test("for one noise level only do not last, and the first that lasts counts", () => {
    const levels = [0, 1, 2, 3, 4, 5, 6, 7];
    const far = levels.map(() => 9);
    const found = stages(
      curves(
        [1, 1, 3, 1, 1, 3, 3, 3],
        far.map(() => 2),
        far,
        levels,
      ),
    );
    expect(found.changes.map((c) => [c.p, c.to, c.lasting])).toEqual([
      [1.5, "concept", false],
      [2.5, "memory", true],
      [4.5, "concept", true],
    ]);
    expect([found.memoryToConcept, found.repeated]).toEqual([4.5, true]);
  });

  test("for two noise levels last, though the curves cross again", () => {
    const levels = [0, 1, 2, 3, 4, 5, 6];
    const far = levels.map(() => 9);
    const found = stages(
      curves(
        [1, 3, 3, 1, 1, 3, 3],
        far.map(() => 2),
        far,
        levels,
      ),
    );
    expect([found.memoryToConcept, found.repeated]).toEqual([0.5, true]);
  });

  test("at the last noise level last", () => {
    expect(stages(curves([1, 1, 1, 1, 3], [2, 2, 2, 2, 2], [9, 9, 9, 9, 9])).memoryToConcept).toBeCloseTo(0.35, 14);
  });

  test("that come back without lasting leave no stage", () => {
    const found = stages(curves([1, 3, 1, 1, 1], [2, 2, 2, 2, 2], [9, 9, 9, 9, 9]));
    expect([found.memoryToConcept, found.repeated]).toEqual([null, false]);
    expect(found.changes).toHaveLength(2);
  });
});

test("the changes are those that a fine walk along the lines meets", () => {
  const names: Attractor[] = ["memory", "concept", "abstract"];
  const levels = [0, 0.3, 0.4, 0.9, 1];
  for (let repetition = 0; repetition < 20; repetition++) {
    const draws = new Float64Array(15);
    stream(1, "curves").uniform(repetition, draws);
    const [memory, concept, abstract] = [0, 5, 10].map((k) => [...draws.slice(k, k + 5)]);
    const all: StageCurves = curves(memory, concept, abstract, levels);
    const value = (a: Attractor, x: number): number => {
      const i = Math.max(
        0,
        levels.findLastIndex((l) => l <= x && l < 1),
      );
      return all[a][i] + ((all[a][i + 1] - all[a][i]) * (x - levels[i])) / (levels[i + 1] - levels[i]);
    };
    const walk: { p: number; from: Attractor; to: Attractor }[] = [];
    const steps = 4000;
    let now: Attractor | undefined;
    for (let k = 0; k < steps; k++) {
      const x = (k + 0.5) / steps;
      const [m, c, a] = names.map((name) => value(name, x));
      const here = m <= c && m <= a ? "memory" : c <= a ? "concept" : "abstract";
      if (now && here !== now) walk.push({ p: k / steps, from: now, to: here });
      now = here;
    }
    const found = stages(all).changes;
    expect(found.map((c) => [c.from, c.to])).toEqual(walk.map((c) => [c.from, c.to]));
    found.forEach((c, i) => void expect(Math.abs(c.p - walk[i].p)).toBeLessThan(1.5 / steps));
  }
});

describe("refused", () => {
  test.each([
    ["noise levels that do not rise", curves([1, 1], [2, 2], [3, 3], [0.1, 0.1]), /levels 0.1, 0.1/],
    ["no noise levels", curves([], [], [], []), /levels/],
    ["a distance too few", curves([1, 1], [2], [3, 3], [0, 1]), /concept/],
    ["a distance that is no number", curves([1, 1], [2, 2], [3, Number.NaN], [0, 1]), /abstract/],
  ])("are %s", (_, given, words) => {
    expect(() => stages(given)).toThrow(UsageError);
    expect(() => stages(given)).toThrow(words);
  });
});
