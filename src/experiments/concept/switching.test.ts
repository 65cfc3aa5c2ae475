import { expect, test } from "vitest";
import type { ClassifiedEndsResult } from "../../probes/classified-ends.ts";
import type { TrialsCourse } from "../../probes/repeated-inference.ts";
import { findings } from "./switching.ts";

const course = (more: Partial<TrialsCourse>): TrialsCourse => ({
  trials: 3,
  mean: [],
  sem: [],
  nearestAt: 7,
  start: 4,
  nearest: 3,
  end: 3.5,
  approachesAndLeaves: true,
  clear: true,
  ...more,
});

const seed = (stayed: number, kept: TrialsCourse | null = course({})): ClassifiedEndsResult => ({
  data: "MNIST",
  label: "6",
  trials: 300,
  stayed,
  judgedAs: {},
  confidence: 1,
  all: course({}),
  kept,
});

const verdicts = (results: readonly ClassifiedEndsResult[]): string[] =>
  findings("permute", results, { label: "6", trials: 300, steps: 80 }).map((f) => f.verdict);

// 193 of 300, ± 2 √(2 · 0.643 · 0.357 / 300) = ± 0.0782: 169.5 to 216.5 of 300.
test.each([
  [[169], "partly"],
  [[170], "shown"],
  [[216], "shown"],
  [[217], "partly"],
  [[151], "partly"],
  [[150], "not shown"],
  [[120, 230, 229], "shown"],
  [[300, 300], "partly"],
])("where %j of 300 stay, the paper's share is %s", (stayed, verdict) => {
  expect(verdicts(stayed.map((n) => seed(n)))[0]).toBe(verdict);
});

test.each<[string, (TrialsCourse | null)[], string]>([
  ["every seed", [course({}), course({})], "shown"],
  ["one seed of two", [course({}), course({ approachesAndLeaves: false })], "partly"],
  ["every seed, within the error", [course({ clear: false })], "partly"],
  ["no seed, though differences are clear", [course({ approachesAndLeaves: false, clear: true })], "not shown"],
  ["the one seed of two in which a trial stayed", [course({}), null], "partly"],
  ["no seed, as no trial stayed", [null], "not shown"],
])("approach and leaving in %s", (_, kept, verdict) => {
  expect(verdicts(kept.map((c) => seed(200, c)))[1]).toBe(verdict);
});

test("the text says the criterion, and the numbers of every seed", () => {
  const [stay, pattern, numbers] = findings("invert", [seed(190), seed(200)], { label: "6", trials: 300, steps: 80 });
  expect(stay.what).toContain('still judged "6" (pixels inverted; shown: mean within ± 23');
  expect(stay.ours).toBe("190, 200 (65.0 %)");
  expect(pattern.ours).toBe("in 2 of 2 seeds; all trials in 2");
  expect(numbers.ours).toBe("7.0 ± 0.0 (n = 2); 4.00 ± 0.00 (n = 2), 3.00 ± 0.00 (n = 2), 3.50 ± 0.00 (n = 2)");
});
