import { describe, expect, test } from "vitest";
import type { EventsResult, LayerEvents } from "../../probes/events.ts";
import type { LayerFactors } from "../../probes/factors.ts";
import type { MovingDigitRun } from "./moving-digit.ts";
import { sparsityChart } from "./moving-digit-figures.ts";
import { movingDigitFindings } from "./moving-digit-findings.ts";

const names = ["x", "y", "bounce-x", "bounce-y", "speed", "label"];

/** What a layer tells of the factors, in their order; NMI and the share of entropy are the same here, but for `more`. */
function layer(
  number: number,
  nmi: readonly number[],
  more: { telling?: number; hoyer?: number; share?: number } = {},
): LayerFactors {
  const { telling = 1, hoyer = 0.3, share = 1 } = more;
  return {
    layer: number,
    latents: 16,
    correlation: [],
    binned: [],
    neighbours: [],
    best: nmi.map((v) => ({ latent: 0, nmi: v, interval: { low: v, high: v }, chance: 0.01, share: share * v })),
    hoyer: { binned: names.map(() => hoyer), correlation: [] },
    telling,
    disentanglement: 0.2,
    completeness: 0.1,
    informativeness: [],
    mig: 0.05,
    gaps: [],
  };
}

/** Latents of the second layer by their lags, and where its mean is highest. */
function events(lags: readonly number[], peaks: readonly number[]): EventsResult {
  const of = (number: number): LayerEvents => ({
    layer: number,
    courses: ["bounce-x", "bounce-y"].map((event, i) => ({ event, mean: [], low: [], high: [], peak: peaks[i] })),
    latents: (number === 2 ? lags : [5, 5, 5]).map((lag, latent) => ({
      latent,
      event: "bounce-x",
      lag,
      interval: { low: lag, high: lag },
      correlation: 0.5,
      locked: true,
      course: [],
    })),
  });
  return { data: "", sequences: 1, length: 20, lags: [], events: [], layers: [of(1), of(2), of(3)] };
}

const asInPaper = [
  layer(1, [0.28, 0.2, 0.02, 0.02, 0.01, 0.01], { hoyer: 0.6 }),
  layer(2, [0.02, 0.02, 0.46, 0.4, 0.01, 0.01]),
  layer(3, [0.2, 0.2, 0.1, 0.1, 0.05, 0.05], { hoyer: 0.2 }),
];
const run = (kind: string, layers: readonly LayerFactors[], e = events([1, 1, 4], [1, 1])): MovingDigitRun => ({
  kind,
  seed: 1,
  factors: {
    data: "",
    sequences: 1,
    length: 20,
    factors: names.map((name) => ({ name, kind: "continuous", entropy: 1 })),
    layers,
  },
  events: e,
  bound: -1000,
});
const flat = (hoyer: number): MovingDigitRun => run("vrnn", [layer(1, [0.2, 0.2, 0.1, 0.1, 0.1, 0.1], { hoyer })]);
const verdicts = (...runs: MovingDigitRun[]): string[] =>
  movingDigitFindings([...runs, flat(0.4)], { threshold: 0.05 })
    .slice(0, 5)
    .map(({ verdict }) => verdict);
const changed = (number: number, other: LayerFactors): LayerFactors[] =>
  asInPaper.map((l) => (l.layer === number ? other : l));

describe("verdicts on the poster's statements", () => {
  const good = run("hvrnn", asInPaper);
  test("all shown where all is as in its figures", () => {
    expect(verdicts(good)).toEqual(["shown", "shown", "shown", "shown", "shown"]);
    expect(verdicts(good, good)).toEqual(["shown", "shown", "shown", "shown", "shown"]);
  });

  test.each<[string, number, MovingDigitRun]>([
    [
      "the first layer hardly tells of places",
      0,
      run("hvrnn", changed(1, layer(1, [0.13, 0.1, 0, 0, 0, 0], { hoyer: 0.6 }))),
    ],
    [
      "the first layer tells more of bounces",
      0,
      run("hvrnn", changed(1, layer(1, [0.3, 0.3, 0.4, 0, 0, 0], { hoyer: 0.6 }))),
    ],
    ["the second layer tells more of places", 1, run("hvrnn", changed(2, layer(2, [0.5, 0, 0.46, 0, 0, 0])))],
    [
      "the second layer tells too little of a bounce's entropy",
      1,
      run("hvrnn", changed(2, layer(2, [0.02, 0.02, 0.46, 0.4, 0, 0], { share: 0.4 }))),
    ],
    ["most latents answer later", 2, run("hvrnn", asInPaper, events([1, 2, 2], [1, 1]))],
    ["the layer's mean is highest elsewhere", 2, run("hvrnn", asInPaper, events([1, 1, 1], [1, 2]))],
    ["nothing is locked", 2, run("hvrnn", asInPaper, events([], [1, 1]))],
    [
      "few latents of the third layer tell of anything",
      3,
      run("hvrnn", changed(3, layer(3, [0.2, 0.2, 0.1, 0.1, 0, 0], { hoyer: 0.2, telling: 0.4 }))),
    ],
    ["the third layer is as sparse", 3, run("hvrnn", changed(3, layer(3, [0.2, 0.2, 0.1, 0.1, 0, 0], { hoyer: 0.7 })))],
    ["the VRNN is as sparse", 4, run("hvrnn", changed(1, layer(1, [0.28, 0.2, 0, 0, 0, 0], { hoyer: 0.35 })))],
  ])("not shown where %s, partly where one seed of two does so", (_, which, bad) => {
    const alone = verdicts(bad);
    expect(alone[which]).toBe("not shown");
    expect(verdicts(bad, good)[which]).toBe("partly");
  });
});

test("words name what was measured", () => {
  const found = movingDigitFindings([run("hvrnn", asInPaper), flat(0.4)], { threshold: 0.05 });
  const said = found.map(({ ours }) => ours);
  expect(said[0]).toBe("0.28 (1 seed); with bounces 0.02");
  expect(said[2]).toContain(
    "seed 1: 2 at lag 1 to bounce x, 1 at lag 4 to bounce x; the layer's mean is highest at lag bounce x 1",
  );
  expect(said[4]).toBe("HVRNN 0.600 (1 seed); VRNN 0.400 (1 seed)");
  expect(said[5]).toBe(
    "VRNN: 0.20, 0.20, 0.10, 0.10; layer 1: 0.28, 0.20, 0.02, 0.02; layer 2: 0.02, 0.02, 0.46, 0.40; layer 3: 0.20, 0.20, 0.10, 0.10",
  );
  expect(said.at(-1)).toBe("HVRNN, first layer: −1000.0 (1 seed); VRNN: −1000.0 (1 seed)");
});

test("the chart of sparsities has a bar for each factor and network, with whiskers over seeds", () => {
  const svg = sparsityChart([run("hvrnn", asInPaper), flat(0.4), flat(0.5)]);
  expect(svg).toContain("HVRNN, layer 1");
  expect(svg).toContain(">VRNN, layer 1<");
  for (const name of ["x", "bounce y", "label"]) expect(svg).toContain(`>${name}<`);
});
