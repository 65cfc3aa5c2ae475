import { describe, expect, test } from "vitest";
import { decodeExactly, encodeExactly, linearSubject, meanOf } from "../../test/linear-subject.ts";
import type { Attractor } from "../analyses/concepts/stages.ts";
import {
  inOrder,
  measureNoiseStages,
  type NoiseStagesResult,
  noiseStagesOptions,
  noiseStagesProbe,
} from "./noise-stages.ts";
import { noisyTrials } from "./trials.ts";

// More trials than are computed at once.
const options = noiseStagesOptions.parse({ label: "y", levels: 3, trials: 510, steps: 3 });
const subject = linearSubject(1560);
const labels = Float32Array.from(subject.classOf);
const own = [0, 1, 2].map((label) => meanOf(subject.pixels.filter((_, i) => labels[i] === label).map(encodeExactly)));

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0));

/** Mean and standard error over trials of the least distance to a target, one trial after the other. */
function exactly(p: number, swap: "invert" | "permute", target: (image: number) => number[]): [number, number] {
  const { start, images } = noisyTrials(subject, labels, 1, options.trials, { noise: p, swap });
  const least = Array.from(images, (image, trial) => {
    let z = encodeExactly(start.subarray(4 * trial, 4 * trial + 4));
    let nearest = distance(z, target(image));
    for (let t = 1; t <= options.steps; t++) {
      z = encodeExactly(decodeExactly(z));
      nearest = Math.min(nearest, distance(z, target(image)));
    }
    return nearest;
  });
  const mean = least.reduce((a, d) => a + d, 0) / least.length;
  const squares = least.reduce((a, d) => a + (d - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (least.length - 1) / least.length)];
}

const targets: Record<Attractor, (image: number) => number[]> = {
  memory: (image) => encodeExactly(subject.pixels[image]),
  concept: () => own[1],
  abstract: () => meanOf(own),
};

describe.each(["invert", "permute"] as const)("least distances, pixels swapped by %s", async (swap) => {
  const result = await measureNoiseStages(subject, { ...options, swap });

  test("are those of float64, at every level", () => {
    expect(result.p).toEqual([0, 0.5, 1]);
    for (const [i, p] of result.p.entries()) {
      for (const [name, target] of Object.entries(targets)) {
        const [mean, sem] = exactly(p, swap, target);
        expect(result.distance[name as Attractor].mean[i]).toBeCloseTo(mean, 5);
        expect(result.distance[name as Attractor].sem[i]).toBeCloseTo(sem, 5);
      }
    }
  });

  test("begin at the trial's own memory without noise, and go away from it", () => {
    const { mean } = result.distance.memory;
    expect(mean[0]).toBeLessThan(1e-6);
    expect(mean[1]).toBeGreaterThan(0.05);
  });

  test("say which is the nearest", () => {
    result.p.forEach((_, i) => {
      const least = Math.min(...Object.values(result.distance).map(({ mean }) => mean[i]));
      expect(result.distance[result.stages.nearest[i]].mean[i]).toBe(least);
    });
    expect([result.label, result.trials]).toEqual(["y", 510]);
  });
});

test("is asked of one label", async () => {
  await expect(measureNoiseStages(subject, { ...options, label: "all" })).rejects.toThrow(/one label.*"all"/s);
});

const [I, II, III] = ["memory", "concept", "abstract"] as const;

test.each([
  [[I, II, III], true],
  [[I, I, II, II, II, III], true],
  [[I, III, III], false],
  [[I, II, II], false],
  [[II, III], false],
  [[I, II, III, II], false],
  [[I, II, I, II, III], false],
])("%j is in order: %s", (nearest, wanted) => {
  expect(inOrder(nearest)).toBe(wanted);
});

describe("in words and as a figure", () => {
  const curve = (...mean: number[]) => ({ mean, sem: mean.map(() => 0.1) });
  const result: NoiseStagesResult = {
    data: "Test images",
    label: "y",
    trials: 5,
    p: [0, 0.5, 1],
    distance: { memory: curve(0, 3, 5), concept: curve(1, 2, 4), abstract: curve(2, 3, 3) },
    stages: {
      nearest: [I, II, III],
      changes: [
        { p: 0.25, from: I, to: II, lasting: true },
        { p: 0.75, from: II, to: III, lasting: true },
      ],
      memoryToConcept: 0.25,
      conceptToAbstract: null,
      repeated: false,
    },
    inOrder: true,
  };

  test("stages have their boundaries", () => {
    const text = noiseStagesProbe.text(result, options);
    expect(text).toContain("memory to concept at p = 0.250, concept to abstract concept at p = none");
    expect(text).toMatch(/stages I, II and III follow each other$/);
    expect(text).toMatch(/0\.500 +3\.000 ± 0\.100 +2\.000 ± 0\.100 +3\.000 ± 0\.100 +own concept/);
    expect(noiseStagesProbe.text({ ...result, inOrder: false }, options)).toMatch(/do not follow each other/);
  });

  test("stretches are shaded and numbered", async () => {
    const [{ image }] = await noiseStagesProbe.figures(subject, options, result);
    const svg = "svg" in image ? image.svg : "";
    expect(svg.match(/>(I|II|III)</g)).toEqual([">I<", ">II<", ">III<"]);
  });
});
