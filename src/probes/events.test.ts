import { describe, expect, test } from "vitest";
import { M, movingSubject, T, testCourse } from "../../test/moving-subject.ts";
import { type EventsOptions, eventsOptions, eventsProbe, lockedLags, measureEvents } from "./events.ts";

const COUNT = 60;
const subject = movingSubject(COUNT);
const options: EventsOptions = { ...eventsOptions.parse({}), skip: 3, before: 2, after: 4, resamples: 50 };
const result = await measureEvents(subject, options);
const [first, second] = result.layers;

/** z of a layer by hand, [sequence][time][latent]. */
const latents = [1, 2].map((layer) =>
  Array.from({ length: COUNT }, (_, s) => {
    const { x, y } = testCourse(s);
    return Array.from({ length: T }, (_, t) =>
      layer === 1
        ? M.map((w) => w[0] * x.places[t] + w[1] * y.places[t])
        : [x, y].map(({ places: p }) => (t < 2 ? 0 : p[t] - 2 * p[t - 1] + p[t - 2])),
    );
  }),
);

/** Mean course of |z − median| around contacts, in loops: over latents, relative to its mean over all frames that are kept. */
function course(layer: number, wall: "x" | "y" | "any", only?: number): (number | null)[] {
  const kept = latents[layer - 1].map((frames) => frames.slice(options.skip));
  const width = kept[0][0].length;
  const middle = Array.from({ length: width }, (_, i) => {
    const sorted = kept
      .flat()
      .map((z) => z[i])
      .sort((a, b) => a - b);
    return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  });
  const moved = (z: readonly number[]): number =>
    z.reduce((sum, v, i) => sum + (only === undefined || only === i ? Math.abs(v - middle[i]) : 0), 0);
  const all = kept.flat().map(moved);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return result.lags.map((lag) => {
    const seen: number[] = [];
    for (let s = 0; s < COUNT; s++) {
      const { x, y } = testCourse(s);
      for (let t = options.skip; t + 1 < T; t++) {
        const hit = { x: x.bounces[t + 1], y: y.bounces[t + 1], any: x.bounces[t + 1] || y.bounces[t + 1] }[wall];
        if (hit !== 0 && t + lag >= options.skip && t + lag < T) seen.push(moved(latents[layer - 1][s][t + lag]));
      }
    }
    return seen.length > 0 ? seen.reduce((a, b) => a + b, 0) / seen.length / mean : null;
  });
}

function expectCourse(found: readonly (number | null)[], wanted: readonly (number | null)[]): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((v, i) => {
    if (wanted[i] === null) expect(v).toBeNull();
    else expect(v).toBeCloseTo(wanted[i], 4);
  });
}

describe("around wall contacts", () => {
  test("the mean courses are those of plain loops", () => {
    expect(result.lags).toEqual([-2, -1, 0, 1, 2, 3, 4]);
    result.layers.forEach(({ courses }, i) => {
      expect(courses.map((c) => c.event)).toEqual(["bounce-x", "bounce-y"]);
      expectCourse(courses[0].mean, course(i + 1, "x"));
      expectCourse(courses[1].mean, course(i + 1, "y"));
    });
    second.latents.forEach((z) => void expectCourse(z.course, course(2, "any", z.latent)));
  });

  test("a bend in the path shows in the first frame after the contact, and only there", () => {
    second.courses.forEach(({ mean, low, high, peak }) => {
      expect(peak).toBe(1);
      const at = result.lags.indexOf(1);
      expect(low[at]! <= mean[at]! && mean[at]! <= high[at]!).toBe(true);
      expect(low[at]!).toBeGreaterThan(2 * Math.max(mean[at - 1]!, mean[at + 1]!));
    });
    expect(second.latents.map(({ event, lag, locked }) => ({ event, lag, locked }))).toEqual([
      { event: "bounce-x", lag: 1, locked: true },
      { event: "bounce-y", lag: 1, locked: true },
    ]);
    expect(lockedLags(second)).toEqual([
      { lag: 1, event: "bounce-x", latents: [0] },
      { lag: 1, event: "bounce-y", latents: [1] },
    ]);
    expect(first.latents.every(({ locked, lag }) => !(locked && lag === 1))).toBe(true);
  });

  test("what correlates less than the threshold is not locked", async () => {
    const strict = await measureEvents(subject, { ...options, threshold: 0.999 });
    expect(strict.layers[1].latents.some(({ locked }) => locked)).toBe(false);
    expect(eventsProbe.text(strict, options)).toContain("one lag): none");
  });
});

test("text and figures say what lag 1 is", async () => {
  const text = eventsProbe.text(result, options);
  expect(text).toContain("lag 1 is the first frame after the contact");
  expect(text).toMatch(/locked latents .*: 1 at lag 1 to bounce x, 1 at lag 1 to bounce y/);
  const figures = await eventsProbe.figures(subject, options, result);
  expect(figures.map((f) => f.name)).toEqual(["courses", "latents"]);
  for (const { image, caption } of figures) {
    expect(caption).toContain("lag 1 the first one after it");
    expect("svg" in image && image.svg).not.toMatch(/NaN|undefined/);
  }
});

test("events that are not there are refused", async () => {
  const measure = (more: Partial<EventsOptions>) => measureEvents(subject, { ...options, ...more });
  await expect(measure({ events: "bounce-x,bounces" })).rejects.toThrow(/expected one of x, y, bounce-x/);
  await expect(measure({ sequences: 1, skip: 11 })).rejects.toThrow(/no "bounce-x" in 1 sequences/);
});
