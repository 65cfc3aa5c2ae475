import { expect, test } from "vitest";
import type { Latent } from "../models/model.ts";
import { suppressionConditions } from "./suppression-conditions.ts";

const layers = (count: number): { latents: Latent[] } => ({
  latents: Array.from({ length: count }, (_, l) =>
    ["z", "h"].map((name) => ({ name: name + (l + 1), layer: l + 1 })),
  ).flat() as never,
});

test("of three layers: each state, each top-down input, and all of these", () => {
  expect(suppressionConditions(layers(3), 10).map(({ id, interventions }) => [id, ...interventions])).toEqual([
    ["prediction"],
    ["h1", { kind: "suppress", layer: 1, from: 10 }],
    ["h2", { kind: "suppress", layer: 2, from: 10 }],
    ["h3", { kind: "suppress", layer: 3, from: 10 }],
    ["top-down1", { kind: "cut-top-down", layer: 1, from: 10 }],
    ["top-down2", { kind: "cut-top-down", layer: 2, from: 10 }],
    ["top-down", { kind: "cut-top-down", layer: 1, from: 10 }, { kind: "cut-top-down", layer: 2, from: 10 }],
  ]);
});

test("of two layers there is one top-down input, of one layer none", () => {
  expect(suppressionConditions(layers(2), 0).map(({ id }) => id)).toEqual(["prediction", "h1", "h2", "top-down"]);
  expect(suppressionConditions(layers(1), 0).map(({ id }) => id)).toEqual(["prediction", "h1"]);
});
