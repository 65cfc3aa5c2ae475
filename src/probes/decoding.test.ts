import { expect, test } from "vitest";
import { barFilm, filmSubject } from "../../test/film-subject.ts";
import { UsageError } from "../base/errors.ts";
import { type DecodedState, decodingOptions, decodingProbe, measureDecoding } from "./decoding.ts";

const FILMS = 120;
const options = decodingOptions.parse({ sequences: FILMS, from: 1, every: 3, folds: 4 });
const subject = filmSubject(FILMS);
const result = await measureDecoding(subject, options);
const state = (name: string): DecodedState => result.states.find((s) => s.state === name)!;
const of = (kind: "r2" | "accuracy", name: string, factor: string) =>
  state(name)[kind].find((f) => f.factor === factor)!;

test("every layer's state and latents, at the frames asked for", () => {
  expect(result.states.map(({ state, layer, size }) => [state, layer, size])).toEqual([
    ["h1", 1, 2],
    ["h2", 2, 3],
    ["z1", 1, 1],
    ["z2", 2, 2],
  ]);
  expect(result.frames).toEqual([1, 4, 7]);
  expect(result.sequences).toBe(FILMS);
});

test("places are continuous; labels and speeds of two values are classes", () => {
  expect(state("h1").r2.map((f) => f.factor)).toEqual(["x", "y"]);
  const classes = state("h1").accuracy.map((f) => f.factor);
  expect(classes).toContain("label");
  expect(classes).toContain("speed");
});

test("the place is read out of the state that holds it, and of no other", () => {
  for (const factor of ["x", "y"]) {
    expect(of("r2", "h1", factor).value).toBeGreaterThan(0.9999);
    // Noise of 3 numbers costs about 3/n of the variance, n = 120 films of 3 frames that share their place.
    expect(Math.abs(of("r2", "h2", factor).value)).toBeLessThan(0.12);
    expect(Math.abs(of("r2", "h1", factor).chance)).toBeLessThan(0.12);
    const { low, value, high } = of("r2", "h2", factor);
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
  }
});

test("the label is read out of the latent that holds it; chance is the share of the more frequent one", () => {
  const standing = Array.from({ length: FILMS }, (_, i) => barFilm(i).label).reduce<number>((a, b) => a + b, 0) / FILMS;
  expect(of("accuracy", "z1", "label")).toMatchObject({ value: 1, low: 1, high: 1 });
  expect(of("accuracy", "z1", "label").chance).toBeCloseTo(Math.max(standing, 1 - standing), 12);
  // Five standard errors of a share of 120 films.
  expect(Math.abs(of("accuracy", "z2", "label").value - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(FILMS));
});

test("draws figures and a table", async () => {
  const figures = await decodingProbe.figures(subject, options, result);
  expect(figures.map((f) => f.name)).toEqual(["states", "latents"]);
  expect(decodingProbe.text(result, options)).toMatch(/h1 +1\.00 \[1\.00, 1\.00\]/);
});

test("frames that no film has are refused", async () => {
  await expect(measureDecoding(subject, { ...options, from: 8 })).rejects.toThrow(UsageError);
});
