import { expect, test } from "vitest";
import type { MeanCourse } from "../../analyses/mean-course.ts";
import type { KeptFrames } from "../../probes/suppression.ts";
import { findings, lost, type SuppressedRun } from "./suppression.ts";

const mean = (value: number): MeanCourse => ({ course: [], mean: { value, low: value, high: value } });
const kept = (id: string, position: number, overlap: number, accuracy: number): KeptFrames => ({
  id,
  name: id,
  position: mean(position),
  overlap: mean(overlap),
  accuracy: mean(accuracy),
});

/** Position error 2 px and accuracy 0.9 undisturbed, 12 px and 0.1 where nothing is known. */
const run = (h1: readonly [position: number, accuracy: number], none: readonly [number, number]): SuppressedRun => ({
  kind: "hvrnn",
  seed: 1,
  data: "films",
  sequences: 10,
  observed: 4,
  ahead: {
    from: 4,
    to: 8,
    conditions: [
      kept("prediction", 2, 0.7, 0.9),
      kept("h1", h1[0], 0.5, h1[1]),
      kept("h2", 2, 0.7, 0.9),
      kept("top-down", none[0], 0.5, none[1]),
    ],
    nothing: kept("nothing", 12, 0.2, 0.1),
    ceiling: mean(0.95).mean,
  },
  seen: null,
});
const alone = run([3, 0.7], [2, 0.9]);
const flat = { ...alone, kind: "vrnn", ahead: { ...alone.ahead, conditions: alone.ahead.conditions.slice(0, 2) } };

test("what is lost is counted from the undisturbed prediction to knowing nothing", () => {
  const { ahead: one } = run([7, 0.3], [14, 0.9]);
  expect(lost(one, "h1", "position")).toBeCloseTo(0.5, 12); // (7 − 2)/(12 − 2)
  expect(lost(one, "h1", "accuracy")).toBeCloseTo(0.75, 12); // (0.9 − 0.3)/(0.9 − 0.1)
  expect(lost(one, "h1", "overlap")).toBeCloseTo(0.4, 12); // (0.7 − 0.5)/(0.7 − 0.2)
  expect(lost(one, "h2", "position")).toBeCloseTo(0, 12);
  expect(lost(one, "top-down", "position")).toBeCloseTo(1.2, 12);
  expect(lost(run([1, 1], [2, 0.9]).ahead, "h1", "position")).toBeCloseTo(-0.1, 12);
  expect(lost(run([1, 1], [2, 0.9]).ahead, "h1", "accuracy")).toBeCloseTo(-0.125, 12);
});

test("who predicts no better than without knowledge, beyond the intervals, has nothing to lose", () => {
  const { ahead, ...rest } = run([7, 0.3], [14, 0.9]);
  const wide = (m: MeanCourse, by: number): MeanCourse => {
    const { value } = m.mean;
    return { course: [], mean: { value, low: value - by, high: value + by } };
  };
  const unsure = (by: number): SuppressedRun => {
    const { nothing } = ahead;
    const { position, overlap, accuracy } = nothing;
    const wider = { position: wide(position, 25 * by), overlap: wide(overlap, by), accuracy: wide(accuracy!, 2 * by) };
    return { ...rest, ahead: { ...ahead, nothing: { ...nothing, ...wider } } };
  };
  for (const measure of ["position", "overlap", "accuracy"] as const) {
    expect(lost(unsure(0.38).ahead, "h1", measure)).toBeCloseTo(lost(ahead, "h1", measure), 12);
    expect(lost(unsure(0.51).ahead, "h1", measure)).toBeNaN(); // 12 − 12.75 < 2, 0.2 + 0.51 > 0.7, 0.1 + 1.02 > 0.9
    expect(lost(null, "h1", measure)).toBeNaN();
  }
  const [h1] = findings("ahead", [unsure(0.51), flat]);
  expect(h1.verdict).toBe("not shown");
  expect(h1.ours).toContain("nothing to lose");
  expect(h1.ours).not.toContain("NaN");
});

const verdict = (runs: readonly SuppressedRun[], i: number): string => findings("ahead", [...runs, flat])[i].verdict;

// Half of the position is lost at 7 px, half of the shape at an accuracy of 0.5.
test.each<[string, (readonly [number, number])[], string]>([
  [
    "shape breaks, position stays, in every seed",
    [
      [3, 0.2],
      [6.9, 0.4],
    ],
    "shown",
  ],
  [
    "in one seed of two",
    [
      [3, 0.2],
      [3, 0.8],
    ],
    "partly",
  ],
  ["shape loses more than position, but not half", [[3, 0.7]], "partly"],
  ["both break", [[9, 0.2]], "partly"],
  ["position breaks, shape stays", [[11, 0.8]], "not shown"],
  ["nothing breaks", [[2, 0.9]], "not shown"],
])("h of layer 1 off: %s", (_, seeds, expected) => {
  expect(
    verdict(
      seeds.map((h1) => run(h1, [2, 0.9])),
      0,
    ),
  ).toBe(expected);
});

test.each<[string, (readonly [number, number])[], string]>([
  [
    "both break in every seed",
    [
      [9, 0.2],
      [8, 0.4],
    ],
    "shown",
  ],
  [
    "both in one seed of two, neither in the other",
    [
      [9, 0.2],
      [2, 0.9],
    ],
    "partly",
  ],
  [
    "only the position, in every seed",
    [
      [9, 0.9],
      [9, 0.9],
    ],
    "partly",
  ],
  [
    "only the position, in one seed of two",
    [
      [9, 0.9],
      [2, 0.9],
    ],
    "not shown",
  ],
  ["neither", [[3, 0.8]], "not shown"],
])("no top-down: %s", (_, seeds, expected) => {
  expect(
    verdict(
      seeds.map((none) => run([2, 0.9], none)),
      1,
    ),
  ).toBe(expected);
});

test("where the judge sees nothing to lose, the overlap is the shape", () => {
  // Of the overlap 0.4 is lost, of the accuracy all.
  const judged = run([3, 0.1], [2, 0.9]);
  expect(verdict([judged], 0)).toBe("shown");
  const [plain, ...others] = judged.ahead.conditions;
  const blind = { ...judged.ahead, conditions: [{ ...plain, accuracy: mean(0.1) }, ...others] };
  expect(verdict([{ ...judged, ahead: blind }], 0)).toBe("partly");
  const unjudged = { ...judged.ahead, conditions: judged.ahead.conditions.map((c) => ({ ...c, accuracy: null })) };
  expect(verdict([{ ...judged, ahead: unjudged }], 0)).toBe("partly");
});

test("the text has errors, shares lost and references", () => {
  const found = findings("ahead", [run([7, 0.3], [14, 0.9]), flat]);
  expect(found.map((f) => f.what)[2]).toBe("h2, frames ahead");
  expect(found[0].ours).toBe(
    "position error 7.00 px (1 seed), lost 50 % (1 seed); judged right 0.30 (1 seed), lost 75 % (1 seed); overlap 0.50 (1 seed), lost 40 % (1 seed)",
  );
  expect(found[3].ours).toBe(
    "position error 2.00 px (1 seed), in the middle of the frame 12.00 px (1 seed); overlap 0.70 (1 seed), with another film 0.20 (1 seed); judged right 0.90 (1 seed), true frames 0.95 (1 seed)",
  );
});
