import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { deviations, eventLag } from "./event-lag.ts";
import { eventLockedAverage } from "./event-locked.ts";

function drawn(kind: "normal" | "uniform", n: number, name: string): Float64Array {
  const out = new Float64Array(n);
  stream(1, name)[kind](0, out);
  return out;
}

// 60 sequences of 8 to 15 frames with about one event in six frames; −1 is an event too.
const lengths = Array.from({ length: 60 }, (_, s) => 8 + ((s * 5) % 8));
const units = lengths.flatMap((length, s) => new Array<number>(length).fill(1000 - s));
const starts = lengths.map((_, s) => lengths.slice(0, s).reduce((a, b) => a + b, 0));
const signal = drawn("normal", units.length, "signal");
const events = drawn("uniform", units.length, "events").map((u) => (u < 0.08 ? 1 : u < 0.16 ? -1 : 0));
const options = { units, stream: stream(4, "bootstrap"), resamples: 200 };

describe("the event-locked average", () => {
  const found = eventLockedAverage(signal, events, { ...options, before: 3, after: 5 });

  test("is the mean over all events that have such a step in their sequence", () => {
    expect(found.lags).toEqual([-3, -2, -1, 0, 1, 2, 3, 4, 5]);
    found.lags.forEach((lag, i) => {
      const values: number[] = [];
      lengths.forEach((length, s) => {
        for (let t = 0; t < length; t++) {
          if (events[starts[s] + t] !== 0 && t + lag >= 0 && t + lag < length) values.push(signal[starts[s] + t + lag]);
        }
      });
      expect(found.events[i]).toBe(values.length);
      expect(found.mean[i]).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 12);
      // independent events: an interval of 2 · 1.96/√events, within 40 %
      const width = (found.intervals[i].high - found.intervals[i].low) / ((2 * 1.96) / Math.sqrt(values.length));
      expect(Math.abs(width - 1)).toBeLessThan(0.4);
      expect(found.intervals[i].low).toBeLessThan(found.mean[i]);
      expect(found.intervals[i].high).toBeGreaterThan(found.mean[i]);
    });
  });

  test("of a spike two steps after each event is 1 there", () => {
    const lone = Array.from({ length: 40 }, (_, r) => (r % 20 === 6 ? 1 : 0));
    const spike = Array.from({ length: 40 }, (_, r) => (r % 20 === 8 ? 1 : 0));
    const at = { units: lone.map((_, r) => Math.floor(r / 20)), stream: options.stream, before: 1, after: 3 };
    expect([...eventLockedAverage(spike, lone, at).mean]).toEqual([0, 0, 0, 1, 0]);
  });

  test("of sequences that differ has an interval over sequences, not over events", () => {
    // Events of one sequence share its value: the interval is that of 20 values, however many events each has.
    const own = drawn("normal", 20, "own");
    const value = Array.from({ length: 600 }, (_, r) => own[Math.floor(r / 30)]);
    const at = { units: value.map((_, r) => Math.floor(r / 30)), stream: options.stream, before: 0, after: 0 };
    const { intervals } = eventLockedAverage(
      value,
      value.map(() => 1),
      at,
    );
    const [{ low, high }] = intervals;
    const mean = own.reduce((a, b) => a + b) / 20;
    const std = Math.sqrt(own.reduce((s, v) => s + (v - mean) ** 2, 0) / 20);
    expect(Math.abs((high - low) / ((2 * 1.96 * std) / Math.sqrt(20)) - 1)).toBeLessThan(0.25);
  });

  test("has NaN where no event has such a step", () => {
    const { mean, events } = eventLockedAverage([1, 2, 3], [0, 0, 1], {
      ...options,
      units: [0, 0, 0],
      before: 1,
      after: 1,
    });
    expect([...mean]).toEqual([2, 3, Number.NaN]);
    expect([...events]).toEqual([1, 1, 0]);
  });
});

describe("the lag of the largest correlation", () => {
  test("has the correlations of all pairs of steps", () => {
    const { lags, correlations } = eventLag(signal, events, { ...options, reach: 4 });
    expect(lags).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
    lags.forEach((lag, i) => {
      const pairs: [number, number][] = [];
      lengths.forEach((length, s) => {
        for (let t = 0; t < length; t++) {
          if (t + lag >= 0 && t + lag < length)
            pairs.push([signal[starts[s] + t + lag], events[starts[s] + t] !== 0 ? 1 : 0]);
        }
      });
      const [ms, me] = [0, 1].map((j) => pairs.reduce((a, p) => a + p[j], 0) / pairs.length);
      const sum = (f: (s: number, e: number) => number) => pairs.reduce((a, [s, e]) => a + f(s - ms, e - me), 0);
      const wanted = sum((s, e) => s * e) / Math.sqrt(sum((s) => s * s) * sum((_, e) => e * e));
      expect(correlations[i]).toBeCloseTo(wanted, 12);
    });
  });

  test.each([-2, 0, 1, 3])("finds that a signal follows by %d, with an interval that is this lag", (delay) => {
    const following = signal.map((v, r) => {
      const from = r - delay;
      return 0.2 * v + (units[from] === units[r] && events[from] !== 0 ? 1 : 0);
    });
    const { lag, interval } = eventLag(following, events, { ...options, reach: 4 });
    expect([lag, interval]).toEqual([delay, { low: delay, high: delay }]);
  });

  test("is uncertain where nothing follows", () => {
    const { interval } = eventLag(signal, events, { ...options, reach: 4 });
    expect(interval.high - interval.low).toBeGreaterThan(2);
  });

  test("of equal correlations is the nearest to 0, and NaN without events", () => {
    const e = Array.from({ length: 20 }, (_, t) => t % 2);
    expect(eventLag(e, e, { ...options, units: e.map(() => 0), reach: 5 }).lag).toBe(0);
    expect(
      eventLag(
        e,
        e.map(() => 0),
        { ...options, units: e.map(() => 0), reach: 2 },
      ).lag,
    ).toBeNaN();
  });
});

test("deviations are sizes of what differs from the median", () => {
  expect([...deviations([5, 1, 2, 9, 2])]).toEqual([3, 1, 0, 7, 0]);
});
