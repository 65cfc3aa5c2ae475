import { describe, expect, test } from "vitest";
import { M, movingSubject, T, testCourse } from "../../test/moving-subject.ts";
import { UsageError } from "../base/errors.ts";
import { eventsOf } from "./wall-contacts.ts";
import { firstSequences, watchSequences } from "./watched-sequences.ts";

const COUNT = 40; // more than are traced at once
const subject = movingSubject(COUNT);
const sequences = Uint32Array.of(...Array.from({ length: 33 }, (_, i) => i + 2));
const watched = await watchSequences(subject, "test", sequences);
const row = (sequence: number, t: number): number => (sequence - 2) * T + t;

describe("sequences that are watched", () => {
  test("have the posterior means of every stochastic layer, frame by frame", () => {
    expect(watched.layers.map(({ layer, width }) => [layer, width])).toEqual([
      [1, 3],
      [2, 2],
    ]);
    const [z1, z2] = watched.layers;
    for (const s of sequences) {
      const { x, y } = testCourse(s);
      for (let t = 0; t < T; t++) {
        const places = [x.places[t], y.places[t]];
        M.forEach((w, i) => {
          expect(z1.data[3 * row(s, t) + i]).toBeCloseTo(w[0] * places[0] + w[1] * places[1], 5);
        });
        const bend = ({ places: p }: typeof x): number => (t < 2 ? 0 : p[t] - 2 * p[t - 1] + p[t - 2]);
        expect(z2.data[2 * row(s, t)]).toBeCloseTo(bend(x), 5);
        expect(z2.data[2 * row(s, t) + 1]).toBeCloseTo(bend(y), 5);
      }
    }
  });

  test("have all factors and labels of each frame, their parts apart", () => {
    const { factors, units } = watched;
    expect(factors.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "x continuous",
      "y continuous",
      "bounce-x discrete",
      "bounce-y discrete",
      "place 1 continuous",
      "place 2 continuous",
      "speed discrete",
      "label discrete",
    ]);
    const value = (name: string, r: number): number => factors.find((f) => f.name === name)!.values[r];
    for (const s of sequences) {
      const { x, y, speed, label } = testCourse(s);
      for (let t = 0; t < T; t++) {
        const r = row(s, t);
        expect(units[r]).toBe(s - 2);
        const found = ["x", "bounce-y", "place 2", "speed", "label"].map((name) => value(name, r));
        const wanted = [x.places[t], y.bounces[t], y.places[t], speed, label];
        found.forEach((v, i) => void expect(v).toBeCloseTo(wanted[i], 6));
      }
    }
  });

  test("are all there are, if there are fewer", () => {
    expect(Array.from(firstSequences(subject, 3))).toEqual([0, 1, 2]);
    expect(firstSequences(subject, 1000)).toHaveLength(COUNT);
  });
});

test("wall contacts are at the last frame before the turn, one before the frame that is marked", () => {
  const found = eventsOf(watched.factors, ["bounce-x", "bounce-y"], watched.units);
  let contacts = 0;
  for (const s of sequences) {
    const { x, y } = testCourse(s);
    for (let t = 0; t < T; t++) {
      [x, y].forEach(({ bounces }, i) => {
        const wanted = t + 1 < T && bounces[t + 1] !== 0 ? 1 : 0;
        contacts += wanted;
        expect(found[i].indicator[row(s, t)]).toBe(wanted);
      });
    }
  }
  expect(contacts).toBeGreaterThan(20);
  expect(() => eventsOf(watched.factors, ["bounce-z"], watched.units)).toThrow('did you mean "bounce-x"');
});

test("a model without a trace, and data without factors, are refused", async () => {
  const { trace: _, ...blind } = subject.model;
  const refused = watchSequences({ ...subject, model: blind }, "events", sequences);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(/a model that can be watched along a sequence, got point does not/);
  const { dataset } = subject;
  const plain = { ...dataset, fields: dataset.fields.filter((f) => f.kind !== "factor") };
  const bare = watchSequences({ ...subject, dataset: plain }, "events", sequences);
  await expect(bare).rejects.toThrow(/data with factors, got Moving point has none/);
});
