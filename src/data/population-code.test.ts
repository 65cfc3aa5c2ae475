import { describe, expect, test } from "vitest";
import { wrappedDifference } from "../base/circle.ts";
import { centreOfMass, decodeSpikes, populationCode, rates } from "./population-code.ts";

const code = populationCode();
const spacing = (2 * Math.PI) / 3 / 14;
const positions = Array.from({ length: 101 }, (_, i) => -1.3 + 0.026 * i);

describe("the code of Makin, Dichter & Sabes", () => {
  test("has 15 preferred positions from −π/3 to π/3, on a circle of 15/14 · 2π/3", () => {
    expect(code.preferred).toHaveLength(15);
    expect(code.preferred[0]).toBeCloseTo(-Math.PI / 3, 12);
    expect(code.preferred[7]).toBeCloseTo(0, 12);
    expect(code.preferred[14]).toBeCloseTo(Math.PI / 3, 12);
    expect(code.circumference).toBeCloseTo(((15 / 14) * 2 * Math.PI) / 3, 12);
  });

  test("has tuning curves that fall to half a twelfth of the range away", () => {
    expect(rates(code, 0, 8)[7]).toBeCloseTo(8, 9);
    expect(rates(code, Math.PI / 18, 8)[7]).toBeCloseTo(4, 9);
    expect(rates(code, -Math.PI / 18, 8)[7]).toBeCloseTo(4, 9);
  });

  // Poisson's summation: evenly spaced samples of a Gaussian sum to its integral over the spacing, here to 1e-8 of it.
  test("fires gain · σ√2π / spacing = 19.87 spikes at a gain of 8, wherever it is", () => {
    const total = (8 * Math.sqrt(2 * Math.PI * code.tuningVariance)) / spacing;
    expect(total).toBeCloseTo(19.87, 2);
    for (const x of positions) expect(rates(code, x, 8).reduce((n, r) => n + r, 0)).toBeCloseTo(total, 6);
  });
});

test("a shift by one spacing moves every rate to the next neuron, the last one's to the first", () => {
  for (const x of positions) {
    const [here, next] = [rates(code, x, 1), rates(code, x + spacing, 1)];
    for (let i = 0; i < 15; i++) expect(Math.abs(next[(i + 1) % 15] - here[i])).toBeLessThan(1e-12);
  }
});

test("rates are even: mirrored positions give mirrored rates", () => {
  for (const x of positions) {
    const [here, there] = [rates(code, x, 1), rates(code, -x, 1)];
    for (let i = 0; i < 15; i++) expect(Math.abs(there[14 - i] - here[i])).toBeLessThan(1e-12);
  }
});

test("wide tuning curves count round the circle: as 41 images, to 1e-10", () => {
  const wide = populationCode({ neurons: 5, range: 2, halfHeightWidth: 1 });
  expect(wide.circumference).toBe(2.5);
  for (const x of [-1.2, -0.3, 0, 0.6, 1.1, 3]) {
    const got = rates(wide, x, 3);
    for (let i = 0; i < 5; i++) {
      let images = 0;
      for (let turn = -20; turn <= 20; turn++) {
        images += 3 * 2 ** -((2 * (x - (i * 0.5 - 1) + turn * 2.5)) ** 2); // ½ at a distance of ½
      }
      expect(Math.abs(got[i] - images)).toBeLessThan(1e-10);
    }
  }
});

test("narrow tuning curves leave gaps in which no neuron fires, and no rate is negative", () => {
  const narrow = populationCode({ neurons: 5, range: 2, halfHeightWidth: 0.06 });
  for (const x of positions) {
    const got = rates(narrow, x, 3);
    for (let i = 0; i < 5; i++) {
      const e = wrappedDifference(x, narrow.preferred[i], narrow.circumference) ** 2 / (2 * narrow.tuningVariance);
      expect(got[i]).toBeGreaterThanOrEqual(0);
      expect(Math.abs(got[i] - 3 * Math.exp(-e))).toBeLessThan(1e-12);
    }
  }
});

describe("the centre of mass", () => {
  const at = (spikes: Record<number, number>): number =>
    centreOfMass(
      code,
      Float32Array.from({ length: 15 }, (_, i) => spikes[i] ?? 0),
    );

  test("weighs preferred positions by counts", () => {
    expect(at({ 7: 4 })).toBeCloseTo(0, 12);
    expect(at({ 7: 3, 8: 1 })).toBeCloseTo(spacing / 4, 12);
    expect(at({ 6: 1, 7: 2, 9: 1 })).toBeCloseTo(spacing / 4, 12);
  });

  test("goes over the seam", () => {
    expect(at({ 0: 3, 14: 1 })).toBeCloseTo(-Math.PI / 3 - spacing / 4, 12);
    expect(at({ 0: 1, 14: 3 })).toBeCloseTo(Math.PI / 3 + spacing / 4, 12);
    expect(at({ 14: 3, 0: 1, 1: 3 })).toBeCloseTo(-Math.PI / 3, 12);
    expect(Math.abs(at({ 0: 1, 14: 1 }))).toBeCloseTo(code.circumference / 2, 12);
  });

  test("of the rates is the position, to 1e-5 of the spacing", () => {
    for (const x of positions) {
      expect(Math.abs(wrappedDifference(centreOfMass(code, rates(code, x, 5)), x, code.circumference))).toBeLessThan(
        1e-5 * spacing,
      );
    }
  });

  test("of nothing is not a number", () => {
    expect(at({})).toBeNaN();
  });
});

test("decoded spikes carry the tuning variance over their number, and none carry no information", () => {
  const spikes = new Float32Array(45);
  spikes[7] = 4;
  spikes.set([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 30);
  const { y, R } = decodeSpikes(code, spikes);
  expect(y[0]).toBeCloseTo(0, 12);
  expect(y[1]).toBeNaN();
  expect(y[2]).toBeCloseTo(-Math.PI / 3 - spacing / 4, 12);
  const variance = (Math.PI / 9 / 2.3548200450309493) ** 2; // a Gaussian is 2.3548 standard deviations wide at half its height
  expect(R[0]).toBeCloseTo(variance / 4, 12);
  expect(R[1]).toBe(Infinity);
  expect(R[2]).toBeCloseTo(variance / 4, 12);
});

test.each([{ neurons: 1 }, { neurons: 2.5 }, { range: 0 }, { halfHeightWidth: -1 }, { range: NaN }])(
  "%o is refused",
  (options) => {
    expect(() => populationCode(options)).toThrow(/population code: expected 2 or more neurons/);
  },
);
