import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { interpret } from "../graph/interpret.ts";
import { constant } from "../graph/leaves.ts";
import { framesSeen, type Intervention, switchesOf } from "./interventions.ts";

const model = { layers: 3, latent: 4, steps: 5 };
const every = [1, 2, 3].flatMap((layer) => [0, 1, 2, 3, 4].map((step) => [layer, step] as const));

test.each<[string, Intervention, string[]]>([
  ["a window ends before its last step", { kind: "suppress", layer: 2, from: 1, to: 3 }, ["2@1", "2@2"]],
  ["from a step on", { kind: "suppress", layer: 3, from: 3 }, ["3@3", "3@4"]],
  ["up to a step", { kind: "suppress", layer: 1, to: 2 }, ["1@0", "1@1"]],
  ["always", { kind: "suppress", layer: 1 }, ["1@0", "1@1", "1@2", "1@3", "1@4"]],
])("%s", (_name, one, wanted) => {
  const active = (list: Intervention[], what: "suppressed" | "cut"): string[] => {
    const switches = switchesOf(list, model);
    return every.filter(([l, t]) => switches[what](l, t)).map(([l, t]) => `${l}@${t}`);
  };
  expect(active([one], "suppressed")).toEqual(wanted);
  expect(active([one], "cut")).toEqual([]);
  if (one.layer === 3) return;
  expect(active([{ ...one, kind: "cut-top-down" } as Intervention], "cut")).toEqual(wanted);
});

describe("clamped latents", () => {
  const z = constant([0.1, 0.2, 0.3, 0.4, -0.1, -0.2, -0.3, -0.4], [2, 4]);
  const list: readonly Intervention[] = [
    { kind: "clamp", layer: 2, index: 1, value: 7, to: 3 },
    { kind: "clamp", layer: 2, index: 3, value: -2.5, from: 2 },
    { kind: "clamp", layer: 2, index: 3, value: 9, from: 4 },
    { kind: "suppress", layer: 2 },
  ];
  test.each([
    [1, [0.1, 7, 0.3, 0.4, -0.1, 7, -0.3, -0.4]],
    [2, [0.1, 7, 0.3, -2.5, -0.1, 7, -0.3, -2.5]],
    [4, [0.1, 0.2, 0.3, 9, -0.1, -0.2, -0.3, 9]],
  ])("are held at step %d, the last word counting, and the others stay to the bit", (step, wanted) => {
    expect([...interpret([switchesOf(list, model).clamp(2, step, z)])[0].data]).toEqual(wanted);
  });

  test("are untouched where none is held", () => {
    expect(switchesOf(list, model).clamp(1, 1, z)).toBe(z);
  });
});

test("a trace sees all frames, or as many as it is told", () => {
  expect([framesSeen(undefined, 5), framesSeen(0, 5), framesSeen(5, 5)]).toEqual([5, 0, 5]);
  for (const wrong of [-1, 6, 2.5]) expect(() => framesSeen(wrong, 5)).toThrow(UsageError);
});

test.each<[string, Intervention, string]>([
  ["layer 0", { kind: "suppress", layer: 0 }, "a layer among 1…3, got layer 0"],
  ["half a layer", { kind: "suppress", layer: 1.5 }, "a layer among 1…3, got layer 1.5"],
  ["the top layer's top-down", { kind: "cut-top-down", layer: 3 }, "a layer among 1…2 that has one above it"],
  ["a step too many", { kind: "suppress", layer: 1, to: 6 }, "steps within 0…5"],
  ["a window backwards", { kind: "suppress", layer: 1, from: 3, to: 2 }, "from 3 to 2"],
  ["a latent too many", { kind: "clamp", layer: 1, index: 4, value: 0 }, "a latent among 0…3, got index 4"],
  ["no number", { kind: "clamp", layer: 1, index: 0, value: Number.NaN }, "a finite value, got NaN"],
])("%s is a UsageError that says so", (_name, one, message) => {
  expect(() => switchesOf([one], model)).toThrow(UsageError);
  expect(() => switchesOf([one], model)).toThrow(message);
});
