import { describe, expect, test } from "vitest";
import { barFilm, filmSubject, LENGTH, SHIFT } from "../../test/film-subject.ts";
import { moved } from "../analyses/frames/overlap.ts";
import { UsageError } from "../base/errors.ts";
import { frameOf, testFilms } from "./films.ts";
import { type KeptFrames, measureSuppression, suppressionOptions, suppressionProbe } from "./suppression.ts";
import { predictUnder, suppressionConditions } from "./suppression-conditions.ts";

const [FILMS, OBSERVED] = [30, 3];
const options = suppressionOptions.parse({ sequences: FILMS, observed: OBSERVED, shown: 2 });
const subject = filmSubject(FILMS);
const result = await measureSuppression(subject, options);
const kept = (id: string): KeptFrames => result.ahead.conditions.find((c) => c.id === id)!;
const values = (course: readonly { value: number }[]): number[] => course.map((e) => e.value);
const TIMES = LENGTH - OBSERVED;

/** Mean over films of something at a frame. */
const mean = (of: (film: ReturnType<typeof barFilm>, index: number) => number): number =>
  Array.from({ length: FILMS }, (_, i) => of(barFilm(i), i)).reduce((a, b) => a + b, 0) / FILMS;

test("conditions of two layers", () => {
  expect(result.ahead.conditions.map((c) => c.id)).toEqual(["prediction", "h1", "h2", "top-down"]);
});

test("what changes nothing loses nothing", () => {
  for (const id of ["prediction", "h2"]) {
    expect(values(kept(id).position.course)).toEqual(Array(TIMES).fill(0));
    expect(values(kept(id).overlap.course)).toEqual(Array(TIMES).fill(1));
    expect(values(kept(id).accuracy!.course)).toEqual(Array(TIMES).fill(1));
  }
  expect(kept("h2").position).toEqual(kept("prediction").position);
});

test("what is moved keeps its shape", () => {
  for (let t = 0; t < TIMES; t++) {
    expect(kept("h1").position.course[t].value).toBeCloseTo(SHIFT, 5);
    expect(kept("h1").overlap.course[t].value).toBe(1);
    expect(kept("h1").accuracy!.course[t].value).toBe(1);
  }
});

test("what is suppressed from a frame on is undisturbed before it", async () => {
  const films = testFilms(subject, "suppression", 2);
  const under = (from: number) => predictUnder(subject, films, suppressionConditions(subject.model, from)[1], OBSERVED);
  const [later, always] = [await under(OBSERVED), await under(0)];
  for (let t = 0; t < LENGTH; t++) {
    const truth = frameOf(films, films.frames, 1, t);
    const shifted = moved(truth, films.size, SHIFT, 0);
    expect(frameOf(films, later, 1, t)).toEqual(t < OBSERVED ? truth : shifted);
    expect(frameOf(films, always, 1, t)).toEqual(shifted);
  }
});

test("suppressed all the time, frames that are seen lose too", async () => {
  expect(result.seen).toBeNull();
  const { seen, ahead } = await measureSuppression(subject, { ...options, during: "all" });
  expect(ahead).toEqual(result.ahead);
  expect([seen!.from, seen!.to]).toEqual([2, OBSERVED]);
  const [plain, h1] = seen!.conditions;
  expect(values(plain.position.course)).toEqual([0]);
  expect(h1.position.course[0].value).toBeCloseTo(SHIFT, 5);
  const away = mean(({ row, column, speed }) => Math.hypot(row - 7.5, column + 2 * speed - 7.5));
  expect(seen!.nothing.position.course[0].value).toBeCloseTo(away, 5);
});

test("what is turned loses both: a bar across another shares one pixel of five", () => {
  for (let t = 0; t < TIMES; t++) {
    const away = mean(({ row, column, speed }) => Math.SQRT2 * Math.abs(row - column - speed * (t + OBSERVED)));
    expect(kept("top-down").position.course[t].value).toBeCloseTo(away, 5);
  }
  values(kept("top-down").overlap.course).forEach((v) => void expect(v).toBeCloseTo(1 / 5, 12));
  expect(kept("top-down").accuracy!.mean).toMatchObject({ value: 0, low: 0, high: 0 });
});

test("where nothing is known, the middle of the frame and shapes of the next film are left", () => {
  const same = mean(({ label }, i) => Number(label === barFilm((i + 1) % FILMS).label));
  expect(result.ahead.nothing.accuracy!.mean.value).toBeCloseTo(same, 12);
  expect(result.ahead.nothing.overlap.mean.value).toBeCloseTo(same + (1 - same) / 5, 12);
  for (let t = 0; t < TIMES; t++) {
    const away = mean(({ row, column, speed }) => Math.hypot(row - 7.5, column + speed * (t + OBSERVED) - 7.5));
    expect(result.ahead.nothing.position.course[t].value).toBeCloseTo(away, 5);
  }
  expect(result.ahead.ceiling).toMatchObject({ value: 1, low: 1, high: 1 });
});

describe("without a judge", () => {
  test("shapes are compared by their overlap only", async () => {
    const unjudged = { ...filmSubject(FILMS), judge: undefined };
    const found = await measureSuppression(unjudged, options);
    expect(found.ahead.ceiling).toBeNull();
    expect(found.ahead.conditions.map((c) => c.accuracy)).toEqual([null, null, null, null]);
    expect(found.ahead.conditions[3].overlap).toEqual(kept("top-down").overlap);
    const figures = await suppressionProbe.figures(unjudged, options, found);
    expect(figures.find((f) => f.name === "kept")!.caption).not.toContain("classifier");
    expect(suppressionProbe.text(found, options)).not.toContain("judged");
  });
});

test("draws a strip, an animation and curves", async () => {
  const figures = await suppressionProbe.figures(subject, options, result);
  expect(figures.map((f) => f.name)).toEqual(["strip", "animation", "kept"]);
  expect(figures[1].caption).toContain("ground truth, prediction, h of layer 1 suppressed");
  expect(suppressionProbe.text(result, options)).toMatch(/no top-down .* 0\.200 \[0\.200, 0\.200\] +0\.000/);
});

test("a judge of other classes is refused", async () => {
  const other = { ...subject.judge, dataset: { ...subject.judge.dataset, classes: ["a", "b"] } };
  await expect(measureSuppression({ ...subject, judge: other }, options)).rejects.toThrow(UsageError);
  await expect(measureSuppression({ ...subject, judge: other }, options)).rejects.toThrow("classes lying, standing");
});
