import { afterEach, describe, expect, test, vi } from "vitest";
import { philox4x32 } from "./philox.ts";
import { stream, streams } from "./random.ts";

const uniforms = (name: string, n: number, step = 0, seed = 1): Float64Array => {
  const out = new Float64Array(n);
  stream(seed, name).uniform(step, out);
  return out;
};
const normals = (name: string, n: number): Float64Array => {
  const out = new Float64Array(n);
  stream(1, name).normal(0, out);
  return out;
};
const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((s, v) => s + v, 0) / x.length;

// By a second implementation: Philox of counter (block, 0, step mod 2³², ⌊step / 2³²⌋) under the FNV-1a hash of seed and name
test.each([
  [1, "train/z", 0, "d302cafc 6d773338 8b1a964b fc85562e 6cc056f7 3db81710"],
  [20240229, "ε", 2 ** 32 + 7, "cb026740 b4886229 af2f8a8e b2b28199 fd36f315"],
])("seed %d, stream %s, step %d begins with the words that it had when it was defined", (seed, name, step, words) => {
  const out = new Uint32Array(words.split(" ").length);
  stream(seed, name).words(step, out);
  expect([...out].map((w) => w.toString(16)).join(" ")).toBe(words);
});

describe("addressing", () => {
  test("a draw depends on seed, name and step, and on nothing drawn before", () => {
    const s = stream(3, "a");
    const [first, again] = [new Float64Array(5), new Float64Array(5)];
    s.uniform(2, first);
    s.uniform(7, again);
    s.normal(2, new Float32Array(100));
    s.uniform(2, again);
    expect(again).toEqual(first);
    expect(streams(3)("a").name).toBe("a");
    expect(uniforms("a", 5, 2, 3)).toEqual(first);
  });

  test("a longer draw begins with the shorter one", () => {
    expect(uniforms("a", 11).subarray(0, 6)).toEqual(uniforms("a", 6));
  });

  test("other steps, beyond 2³² too, other seeds and other names give other numbers", () => {
    const draws = [
      uniforms("a", 4),
      ...[1, 2 ** 32, 2 ** 32 + 1, 2 ** 40].map((step) => uniforms("a", 4, step)),
      ...[0, 2, 2 ** 32 + 1, 2 ** 52].map((seed) => uniforms("a", 4, 0, seed)),
      ...["", "b", "a ", "aa"].map((name) => uniforms(name, 4)),
    ];
    expect(new Set(draws.map((d) => d[0])).size).toBe(draws.length);
  });

  const n = 20_000;
  test.each([
    ["two names", uniforms("a", n), uniforms("b", n)],
    ["names that differ in their last letter", uniforms("train/z1", n), uniforms("train/z2", n)],
    ["two steps", uniforms("a", n, 1), uniforms("a", n, 2)],
    ["two seeds", uniforms("a", n, 0, 1), uniforms("a", n, 0, 2)],
    ["neighbours in one draw", uniforms("a", n), uniforms("a", n + 1).subarray(1)],
  ])("the numbers of %s are uncorrelated (5 standard errors of n draws)", (_name, a, b) => {
    const r = 12 * mean(a.map((x, i) => (x - 0.5) * (b[i] - 0.5)));
    expect(Math.abs(r)).toBeLessThan(5 / Math.sqrt(n));
  });
});

/** Largest distance between the empirical and the given distribution function, times √n. Above 2.3 once in 20,000 samples. */
function kolmogorovSmirnov(x: Float64Array, F: (x: number) => number): number {
  const n = x.length;
  const steps = [...x].sort((a, b) => a - b).map((v, i) => Math.max(F(v) - i / n, (i + 1) / n - F(v)));
  return Math.sqrt(n) * Math.max(...steps);
}

/** Φ by Simpson's rule on the density from 0. */
function normalDistribution(x: number): number {
  const m = 200;
  const h = x / m;
  let s = 0;
  for (let i = 0; i <= m; i++) s += (i === 0 || i === m ? 1 : i % 2 ? 4 : 2) * Math.exp(-0.5 * (i * h) ** 2);
  return 0.5 + (s * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe("distributions of 20,000 draws", () => {
  const n = 20_000;
  const [u, z] = [uniforms("uniform", n), normals("normal", n)];

  test("uniform numbers are inside (0, 1)", () => expect(u.every((x) => x > 0 && x < 1)).toBe(true));

  test("uniform numbers have the uniform distribution function", () =>
    expect(kolmogorovSmirnov(u, (x) => x)).toBeLessThan(2.3));

  test("normal numbers have the normal distribution function", () =>
    expect(kolmogorovSmirnov(z, normalDistribution)).toBeLessThan(2.3));

  // standard deviations of the estimates: √(variance of xᵏ / n)
  test.each([
    ["mean of the uniform", mean(u), 1 / 2, Math.sqrt(1 / 12)],
    ["second moment of the uniform", mean(u.map((x) => x * x)), 1 / 3, Math.sqrt(1 / 5 - 1 / 9)],
    ["mean of the normal", mean(z), 0, 1],
    ["variance of the normal", mean(z.map((x) => x * x)), 1, Math.sqrt(2)],
    ["third moment of the normal", mean(z.map((x) => x ** 3)), 0, Math.sqrt(15)],
    ["fourth moment of the normal", mean(z.map((x) => x ** 4)), 3, Math.sqrt(105 - 9)],
  ])("the %s is right within 5 standard errors", (_name, found, wanted, deviation) => {
    expect(Math.abs(found - wanted)).toBeLessThan((5 * deviation) / Math.sqrt(n));
  });

  test("float32 and float64 hold the same draw, rounded, and never 1", () => {
    const narrow = new Float32Array(n);
    stream(1, "uniform").uniform(0, narrow);
    expect(narrow).toEqual(Float32Array.from(u, (x) => Math.min(x, 1 - 2 ** -24)));
  });
});

describe("permutations", () => {
  test.each([0, 1, 2, 1000])("of %d numbers hold each once", (n) => {
    expect([...stream(1, "order").permutation(4, n)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: n }, (_, i) => i),
    );
  });

  test("all 24 orders of four are equally frequent: χ² with 23 degrees of freedom is below 60 (once in 30,000)", () => {
    const [counts, n] = [new Map<string, number>(), 12_000];
    for (let step = 0; step < n; step++) {
      const order = stream(1, "order").permutation(step, 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect([...counts.values()].reduce((s, c) => s + (c - n / 24) ** 2 / (n / 24), 0)).toBeLessThan(60);
  });
});

describe("where WebAssembly is missing or forbidden", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });
  test.each([
    ["missing", undefined],
    ["without vectors", { validate: (): boolean => false }],
    [
      "forbidden",
      {
        validate: (): boolean => true,
        Module: class {
          constructor() {
            throw new Error("forbidden");
          }
        },
      },
    ],
  ])("%s: the same numbers", async (_why, replaced) => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", replaced);
    const plain = (await import("./random.ts")).stream(5, "a");
    for (const kind of ["uniform", "normal"] as const) {
      const [a, b] = [new Float32Array(5000), new Float32Array(5000)];
      plain[kind](3, a);
      stream(5, "a")[kind](3, b);
      expect(a).toEqual(b);
    }
  });
});

test("a seed's bytes and a name's reach the key as a 64-bit FNV-1a hash", () => {
  for (const [seed, name] of [
    [0, ""],
    [2 ** 32 - 1, "a"],
    [2 ** 53 - 1, "train/z"],
    [2 ** 40 + 3, "ε/λ₁ a long name 0123456789"],
  ] as const) {
    let h = 0xcbf29ce484222325n;
    const bytes = [...new Uint8Array(BigUint64Array.of(BigInt(seed)).buffer), ...new TextEncoder().encode(name)];
    for (const b of bytes) h = ((h ^ BigInt(b)) * 0x100000001b3n) % 2n ** 64n;
    const [words, wanted] = [new Uint32Array(4), new Uint32Array(4)];
    stream(seed, name).words(0, words);
    philox4x32(0, 0, 0, 0, Number(h % 2n ** 32n), Number(h >> 32n), wanted);
    expect(words).toEqual(wanted);
  }
});
