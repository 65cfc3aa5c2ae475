import { expect, test } from "vitest";
import { M, movingSubject, T, testCourse } from "../../test/moving-subject.ts";
import { measureTraces, tracesOptions, tracesProbe } from "./traces.ts";

const subject = movingSubject(30);
/** One with contacts with both walls. */
const sequence = Array.from({ length: 30 }, (_, i) => i).find((i) => {
  const { x, y } = testCourse(i);
  return x.bounces.some((b) => b !== 0) && y.bounces.some((b) => b !== 0);
})!;
const result = await measureTraces(subject, { sequence });
const { x, y } = testCourse(sequence);

test("latents of one sequence over time, with its factors", () => {
  expect(result.layers.map(({ means }) => [means.length, means[0].length])).toEqual([
    [M.length, T],
    [2, T],
  ]);
  const [z1, z2] = result.layers;
  M.forEach((w, i) => {
    z1.means[i].forEach((z, t) => void expect(z).toBeCloseTo(w[0] * x.places[t] + w[1] * y.places[t], 5));
  });
  z2.means[1].slice(2).forEach((z, t) => {
    expect(z).toBeCloseTo(y.places[t + 2] - 2 * y.places[t + 1] + y.places[t], 5);
  });
  const places = result.factors.find(({ name }) => name === "y")!.values;
  places.forEach((v, t) => void expect(v).toBeCloseTo(y.places[t], 6));
});

test("wall contacts by the last frame before each, in time", () => {
  const wanted = Array.from({ length: T - 1 }, (_, after) => [
    ...(x.bounces[after + 1] !== 0 ? [{ factor: "bounce-x", after }] : []),
    ...(y.bounces[after + 1] !== 0 ? [{ factor: "bounce-y", after }] : []),
  ]).flat();
  expect(wanted.length).toBeGreaterThan(1);
  expect(result.contacts).toEqual(wanted);
  const [{ after }] = wanted;
  expect(tracesProbe.text(result, { sequence })).toContain(`wall contacts after frame  ${after} (bounce`);
});

test("the figure has the frames, a line a latent, and a rule a contact in every panel", async () => {
  const [figure, ...more] = await tracesProbe.figures(subject, { sequence }, result);
  expect(more).toEqual([]);
  const svg = "svg" in figure.image ? figure.image.svg : "";
  expect(svg.match(/<image/g)).toHaveLength(T);
  expect(svg.match(/latents-1-line/g)?.length).toBe(M.length);
  expect(svg.match(/latents-2-line/g)?.length).toBe(2);
  expect(svg.match(/stroke-dasharray="2 3"/g)!.length).toBeGreaterThanOrEqual(2);
  expect(figure.caption).toContain(`test sequence ${sequence}; lines: wall contacts`);
});

test("a sequence that is not there is refused", async () => {
  expect(tracesOptions.parse({})).toEqual({ sequence: 0 });
  await expect(measureTraces(subject, { sequence: 30 })).rejects.toThrow(/a number from 0 to 29, .* got 30/);
});
