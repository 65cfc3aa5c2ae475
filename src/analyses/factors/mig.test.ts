import { describe, expect, test } from "vitest";
import { plugInEntropy } from "./entropy.ts";
import { binnedInformation } from "./information-matrix.ts";
import { mutualInformationGap } from "./mig.ts";

test("the gap is that of the two best latents, as a share of the factor's entropy", () => {
  const nats = [
    Float64Array.of(0.1, 0.1, -0.2),
    Float64Array.of(0.5, 0.4, -0.1),
    Float64Array.of(0.2, -0.3, -0.3),
    Float64Array.of(0.3, -0.5, -0.4),
  ];
  const { mean, factors } = mutualInformationGap({ nats, normalised: [], entropies: Float64Array.of(1, 0.6, 0) });
  expect([...factors]).toEqual([0.2, (0.4 - 0.1) / 0.6, 0]);
  expect(mean).toBeCloseTo((0.2 + 0.5) / 3, 14);
});

describe("of all pairs of two factors", () => {
  // every pair of a in 0…3 and b in −1, 1, 100 times
  const rows = Array.from({ length: 800 }, (_, i) => [i % 4, i % 8 < 4 ? -1 : 1]);
  const factors = [0, 1].map((j) => ({ name: "ab"[j], kind: "discrete" as const, values: rows.map((r) => r[j]) }));
  const gaps = (code: (a: number, b: number) => number[]) => {
    const latents = rows.map(([a, b]) => code(a, b));
    const information = binnedInformation({ data: latents.flat(), width: latents[0].length }, factors, {
      bins: 16,
      entropy: plugInEntropy,
    });
    return mutualInformationGap(information);
  };

  test("a code that permutes, scales and bends them has the gap 1", () => {
    const { mean, factors } = gaps((a, b) => [5 - 3 * b, Math.exp(-a), 0]);
    expect(factors[0]).toBeCloseTo(1, 12);
    expect(factors[1]).toBeCloseTo(1, 12);
    expect(mean).toBeCloseTo(1, 12);
  });

  test("a code that holds each twice has the gap 0", () => {
    expect(gaps((a, b) => [a, -2 * a, b, b]).mean).toBeCloseTo(0, 12);
  });

  test("a code turned by 45° has the gap 0 for the symmetric factor", () => {
    expect(gaps((a, b) => [a + 1.5 * b, a - 1.5 * b]).factors[1]).toBeCloseTo(0, 12);
  });

  test("a second latent that tells half of a factor halves its gap", () => {
    // a has ln 4, a > 1 has ln 2
    expect(gaps((a, b) => [a, a > 1 ? 1 : 0, b]).factors[0]).toBeCloseTo(0.5, 12);
  });
});
