import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import type { Factor } from "./factor.ts";
import { chanceInformation, informationInterval } from "./information-chance.ts";
import { binnedInformation } from "./information-matrix.ts";
import { permutedUnits } from "./units.ts";

/** Sequences of LENGTH rows: a factor that stays within a sequence, one that changes, a latent of both. */
const [SEQUENCES, LENGTH, BINS] = [40, 5, 4];
const rows = SEQUENCES * LENGTH;
const units = Uint32Array.from({ length: rows }, (_, r) => Math.floor(r / LENGTH));
const drawn = (name: string, n: number): Float64Array => {
  const out = new Float64Array(n);
  stream(1, name).normal(0, out);
  return out;
};
const [fast, slow, noise] = [drawn("fast", rows), drawn("slow", SEQUENCES), drawn("noise", rows)];
const changing: Factor = { name: "changing", kind: "continuous", values: fast };
const staying: Factor = { name: "staying", kind: "discrete", values: units.map((u) => u % 4) };
const latent = fast.map((v, r) => v + 0.5 * noise[r]);
const still = Float64Array.from(units, (u) => slow[u]);

const nmi = (z: ArrayLike<number>, factor: Factor): number =>
  binnedInformation({ data: z, width: 1 }, [factor], { bins: BINS }).normalised[0][0];

/** Without one sequence: the counts of bins of all rows, by hand. */
function without(sequence: number, z: ArrayLike<number>, v: ArrayLike<number>): number {
  const binOf = (values: ArrayLike<number>): ((value: number) => number) => {
    const sorted = Float64Array.from(values).sort();
    return (value) => Math.floor((BINS * sorted.indexOf(value)) / rows);
  };
  const [binZ, binV] = [binOf(z), binOf(v)];
  const kept = Array.from(units.keys()).filter((r) => units[r] !== sequence);
  const entropy = (keys: (number | string)[]): number => {
    const shares = [...new Set(keys)].map((key) => keys.filter((k) => k === key).length / keys.length);
    return shares.reduce((h, p) => h - p * Math.log(p), 0) + (shares.length - 1) / (2 * keys.length);
  };
  const [a, b] = [kept.map((r) => binZ(z[r])), kept.map((r) => binV(v[r]))];
  const [ha, hb, joint] = [a, b, a.map((c, i) => `${c},${b[i]}`)].map(entropy);
  return (ha + hb - joint) / Math.sqrt(ha * hb);
}

describe("interval of the normalised information", () => {
  test("is that of leaving out one sequence after the other", () => {
    const each = Array.from({ length: SEQUENCES }, (_, s) => without(s, latent, fast));
    const mean = each.reduce((a, b) => a + b, 0) / SEQUENCES;
    const squares = each.reduce((s, x) => s + (x - mean) ** 2, 0);
    const reach = 1.96 * Math.sqrt((squares * (SEQUENCES - 1)) / SEQUENCES);
    const { low, high } = informationInterval(latent, changing, { units, bins: BINS });
    expect((low + high) / 2).toBeCloseTo(nmi(latent, changing), 12);
    expect((high - low) / 2).toBeCloseTo(reach, 12);
  });

  test("ends at 0, where nothing is shared", () => {
    const { low, high } = informationInterval(noise, changing, { units, bins: BINS });
    expect([low, high < 0.1]).toEqual([0, true]);
  });

  test("is wider where the rows of a sequence are alike", () => {
    const width = (of: Uint32Array): number => {
      const { low, high } = informationInterval(still, staying, { units: of, bins: BINS });
      return high - low;
    };
    expect(width(units)).toBeGreaterThan(1.5 * width(units.map((_, r) => r)));
  });
});

describe("what chance alone gives", () => {
  test("is the mean of the best latent's information with other sequences' factors", () => {
    const latents = {
      data: Float64Array.from({ length: 2 * rows }, (_, i) => [latent, still][i % 2][i >> 1]),
      width: 2,
    };
    const found = chanceInformation(latents, [changing, staying], {
      units,
      bins: BINS,
      stream: stream(3, "p"),
      permutations: 2,
    });
    [changing, staying].forEach((factor, j) => {
      const best = [0, 1].map((step) => {
        const from = permutedUnits(units, stream(3, "p"), step);
        const other = { ...factor, values: Float64Array.from(from, (r) => factor.values[r]) };
        return Math.max(nmi(latent, other), nmi(still, other));
      });
      expect(found[j]).toBeCloseTo((best[0] + best[1]) / 2, 12);
    });
  });

  test("is large for what stays within sequences, though nothing is shared", () => {
    const options = { units, bins: BINS, stream: stream(4, "p"), permutations: 20 };
    const [alike] = chanceInformation({ data: still, width: 1 }, [staying], options);
    const [different] = chanceInformation({ data: latent, width: 1 }, [changing], options);
    expect(alike).toBeGreaterThan(4 * different);
  });
});
