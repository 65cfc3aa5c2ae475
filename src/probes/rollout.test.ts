import { expect, test } from "vitest";
import { barFilm, filmSubject, LENGTH } from "../../test/film-subject.ts";
import { linearSubject } from "../../test/linear-subject.ts";
import { UsageError } from "../base/errors.ts";
import { measureRollout, rolloutOptions, rolloutProbe } from "./rollout.ts";

const [FILMS, OBSERVED] = [30, 3];
const options = rolloutOptions.parse({ sequences: FILMS, observed: OBSERVED });
const subject = filmSubject(FILMS);
const result = await measureRollout(subject, { ...options, sequences: FILMS + 1 }); // all that there are
const [model, still, moving] = result.predictors;
const values = (course: readonly { value: number }[]): number[] => course.map((e) => e.value);

test("who sees the true frames makes no error", () => {
  expect(result).toMatchObject({ sequences: FILMS, observed: OBSERVED });
  expect(model.name).toBe("seer");
  expect(values(model.position.course)).toEqual(Array(LENGTH - OBSERVED).fill(0));
  expect(values(model.squared.course)).toEqual(Array(LENGTH - OBSERVED).fill(0));
});

test("the frame that stands still falls behind by the bar's speed, and its bar overlaps less and less", () => {
  const films = Array.from({ length: FILMS }, (_, i) => barFilm(i));
  const mean = (of: (film: (typeof films)[number]) => number): number => films.reduce((s, f) => s + of(f), 0) / FILMS;
  for (let t = 0; t < LENGTH - OBSERVED; t++) {
    expect(still.position.course[t].value).toBeCloseTo(
      mean(({ speed }) => speed * (t + 1)),
      6,
    );
    // A lying bar of 3 pixels leaves one behind a frame, a standing one all three at once.
    const left = mean(({ speed, label }) => (label ? 3 : Math.min(3, t + 1)) * speed);
    expect(still.squared.course[t].value).toBeCloseTo(2 * left, 6);
  }
  const { low, value, high } = still.position.mean;
  expect(low).toBeLessThan(value);
  expect(high).toBeGreaterThan(value);
});

test("the frame that moves on as it did makes none where nothing turns back", () => {
  expect(moving.position.mean.value).toBeCloseTo(0, 6);
  expect(moving.squared.mean.value).toBe(0);
});

test("draws a figure and a table", async () => {
  expect((await rolloutProbe.figures(subject, options, result)).map((f) => f.name)).toEqual(["errors"]);
  expect(rolloutProbe.text(result, options)).toMatch(/seer +0\.00 +0\.00 +0\.00 +0\.00 \[0\.00, 0\.00\]/);
});

test("models without a trace, and films without frames to predict, are refused", async () => {
  await expect(measureRollout(linearSubject(12), options)).rejects.toThrow("can be watched along a sequence");
  await expect(measureRollout(subject, { ...options, observed: LENGTH })).rejects.toThrow(UsageError);
});
