import { describe, expect, test } from "vitest";
import { hvrnnLoop } from "../../test/hvrnn-loop.ts";
import {
  B,
  differences,
  expectNear,
  framesOf,
  noiseOf,
  parametersOf,
  pictures,
  tiny,
  traced,
} from "../../test/hvrnn-traces.ts";
import { reachable, type Value } from "../graph/value.ts";
import { type HvrnnConfig, hvrnn } from "./hvrnn.ts";
import type { Intervention, TraceOptions } from "./model.ts";

describe("the trace is what a loop over plain numbers finds", () => {
  const switches: readonly Intervention[] = [
    { kind: "suppress", layer: 1, from: 3 },
    { kind: "suppress", layer: 2, from: 1, to: 2 },
    { kind: "cut-top-down", layer: 1, from: 2, to: 3 },
    { kind: "clamp", layer: 2, index: 1, value: -1.5, to: 3 },
    { kind: "clamp", layer: 1, index: 0, value: 0.5, from: 3 },
  ];
  const two = { ...tiny, layers: 2 };
  test.each<[string, HvrnnConfig, TraceOptions]>([
    ["three layers, all seen", tiny, {}],
    ["two frames seen, then its own", tiny, { observed: 2 }],
    ["nothing seen, drawn", two, { observed: 0, sample: true }],
    ["switches, two frames seen, drawn", two, { observed: 2, interventions: switches, sample: true }],
    [
      "joined by concatenation, GRU, switches",
      { ...two, topDown: "concat", recurrence: "gru" },
      { observed: 3, interventions: switches },
    ],
    ["joined by addition, switches", { ...two, topDown: "add" }, { observed: 3, interventions: switches }],
    ["joined by a gate, GRU", { ...two, topDown: "gated-add", recurrence: "gru" }, { observed: 1 }],
  ])("%s", (_name, config, options) => {
    const noise = options.sample ? noiseOf(config) : {};
    const found = traced(config, options, pictures, noise);
    const parameters = parametersOf(hvrnn(config));
    const { steps: T, side, latent: Z } = config;
    for (let b = 0; b < B; b++) {
      const frames = Array.from({ length: T }, (_, t) => [
        ...pictures.subarray((b * T + t) * side ** 2, (b * T + t + 1) * side ** 2),
      ]);
      const ε = Object.values(noise).map((e) =>
        Array.from({ length: T }, (_, t) => [...e.subarray((t * B + b) * Z, (t * B + b + 1) * Z)]),
      );
      const { observed = T, interventions = [] } = options;
      const wanted = hvrnnLoop(config, parameters, frames, {
        observed,
        interventions,
        ...(ε.length > 0 && { noise: ε }),
      });
      expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
      for (const [name, values] of Object.entries(wanted)) {
        for (const [t, v] of values.entries()) expectNear(found[name][b][t], v, 1e-9, `${name} of ${b} at ${t}`);
      }
    }
  });
});

const at = (names: string, ...frames: number[]): string[] =>
  names.split(" ").flatMap((name) => frames.map((t) => `${name}@${t}`));

describe("an intervention changes exactly what reads what it names", () => {
  const plain = traced(tiny);
  const window = { from: 2, to: 3 };
  const posterior = (l: number): string => `z${l} z${l}/mean z${l}/std`;
  const prior = (l: number): string => `prior${l}/mean prior${l}/std`;
  test.each<[string, Intervention, string[]]>([
    [
      "h¹: its posterior, decoder and recurrence",
      { kind: "suppress", layer: 1, ...window },
      at(`${posterior(1)} h1 reconstruction prediction`, 2, 3),
    ],
    [
      "h²: those of layer 2, and the prior below",
      { kind: "suppress", layer: 2, ...window },
      at(`${posterior(2)} h2 ${prior(1)} prediction`, 2, 3),
    ],
    [
      "h³: those of layer 3, its own prior, and the prior below",
      { kind: "suppress", layer: 3, ...window },
      at(`${posterior(3)} h3 ${prior(3)} ${prior(2)}`, 2, 3),
    ],
    ["top-down to layer 1: its prior", { kind: "cut-top-down", layer: 1, ...window }, at(`${prior(1)} prediction`, 2)],
    ["top-down to layer 2: its prior", { kind: "cut-top-down", layer: 2, ...window }, at(prior(2), 2)],
    [
      "a latent of layer 1",
      { kind: "clamp", layer: 1, index: 1, value: 0.7, ...window },
      [...at("z1 h1 reconstruction prediction", 2, 3), ...at("z1/mean z1/std", 3)],
    ],
    [
      "a latent of layer 2",
      { kind: "clamp", layer: 2, index: 0, value: -2, ...window },
      [...at("z2 h2", 2, 3), ...at(`z2/mean z2/std ${prior(1)} prediction`, 3)],
    ],
  ])("%s", (_name, intervention, changed) => {
    const found = traced(tiny, { interventions: [intervention] });
    expect(differences(plain, found).sort()).toEqual(changed.sort());
    if (intervention.kind !== "clamp") return;
    const { layer, index, value } = intervention;
    for (let b = 0; b < B; b++) {
      const z = plain[`z${layer}`][b][2].map((v, k) => (k === index ? value : v));
      expect(found[`z${layer}`][b][2]).toEqual(z);
    }
  });

  const variablesOf = (v: Value): string[] =>
    reachable([v]).flatMap((n) => (n.leaf?.kind === "variable" ? [n.leaf.name] : []));
  test("on the graph too: what is cut is not reached", () => {
    const model = hvrnn(tiny);
    const reach = (name: string, ...interventions: Intervention[]): string[] =>
      variablesOf(model.trace!(framesOf(model), { interventions })[name]);
    const recurrent = (l: number) => `layer${l}/recurrence/hidden/weight`;
    expect(reach("reconstruction")).toContain(recurrent(1));
    expect(reach("reconstruction", { kind: "suppress", layer: 1 }).filter((n) => n.includes("recurrence"))).toEqual([]);
    expect(reach("prior1/mean")).toContain(recurrent(2));
    for (const kind of ["suppress", "cut-top-down"] as const) {
      const names = reach("prior1/mean", { kind, layer: kind === "suppress" ? 2 : 1 });
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((n) => !n.startsWith("layer1/prior/"))).toEqual([]);
    }
  });
});

describe("time", () => {
  const from = (t: number): Float32Array =>
    pictures.map((v, i) => (Math.floor(i / tiny.side ** 2) % tiny.steps >= t ? 1 - v : v));
  const plain = traced(tiny);

  test("the prediction of a frame sees the frames before it only, beliefs the frame too", () => {
    const found = differences(plain, traced(tiny, {}, from(2)));
    for (const name of ["prediction", "prior1/mean", "prior2/mean", "prior3/mean"]) {
      expect(found.filter((d) => d.startsWith(`${name}@`))).toEqual([`${name}@3`]);
    }
    for (const name of ["z1/mean", "z2/mean", "z3/mean", "h1", "h2", "h3", "reconstruction"]) {
      expect(found.filter((d) => d.startsWith(`${name}@`))).toEqual(at(name, 2, 3));
    }
  });

  test("sequences of a batch do not mix", () => {
    const other = pictures.map((v, i) => (i < pictures.length / 2 ? v : 1 - v));
    const found = traced(tiny, {}, other);
    for (const name of Object.keys(plain)) {
      expect(found[name][0], name).toEqual(plain[name][0]);
      if (!name.startsWith("prior3")) expect(found[name][1], name).not.toEqual(plain[name][1]);
    }
  });

  test("seeing all frames is what happens anyway", () => {
    expect(differences(plain, traced(tiny, { observed: tiny.steps }))).toEqual([]);
  });

  test("frames after the observed ones are not looked at, and those before are as ever", () => {
    const found = traced(tiny, { observed: 2 });
    expect(differences(found, traced(tiny, { observed: 2 }, from(2)))).toEqual([]);
    expect(differences(found, plain).filter((d) => /@[01]$/.test(d))).toEqual([]);
    for (let b = 0; b < B; b++) {
      for (const t of [2, 3]) {
        expect(found["prediction"][b][t]).toEqual(found["reconstruction"][b][t]);
        expect(found["z2/mean"][b][t]).toEqual(found["prior2/mean"][b][t]);
      }
    }
  });

  test("drawn without noise, latents are their means", () => {
    const silent = Object.fromEntries(Object.entries(noiseOf(tiny)).map(([name, e]) => [name, e.map(() => 0)]));
    expect(differences(plain, traced(tiny, { sample: true }, pictures, silent))).toEqual([]);
  });
});
