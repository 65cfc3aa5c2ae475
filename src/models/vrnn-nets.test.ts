import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { axis, dimsOf, type Shape, showShape, sizeOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { constant, input, leafName } from "../graph/leaves.ts";
import { type VrnnNetsOptions, vrnnNets } from "./vrnn-nets.ts";

const image = (channels: number, side: number, width = side): Shape => [
  axis("", channels),
  axis("", side),
  axis("", width),
];
const options = (read: Shape, more: Partial<VrnnNetsOptions> = {}): VrnnNetsOptions => ({
  input: read,
  output: "linear",
  channels: 3,
  hidden: 5,
  latent: 2,
  recurrence: "tanh",
  init: "glorot-uniform",
  ...more,
});

/** Convolutions down, transposed ones up, and dense layers: "2 down, 4 up". */
function build(read: Shape): string {
  const names = vrnnNets("", options(read)).variables.map(leafName);
  const count = (what: RegExp): number => names.filter((n) => what.test(n)).length;
  return `${count(/phi-x\/conv\d\/weight/)} + ${count(/phi-x\/dense\d?\/weight/)} down, ${count(/decoder\/dense\d?\/weight/)} + ${count(/decoder\/conv\d\/weight/)} up`;
}

describe("how deep the networks are follows from the sides", () => {
  test.each([
    [image(1, 64), "2 + 1 down, 1 + 4 up", "(3, 16, 16)"],
    [image(3, 16), "2 + 1 down, 1 + 2 up", "(3, 4, 4)"],
    [image(1, 32), "2 + 1 down, 1 + 3 up", "(3, 8, 8)"],
    [image(3, 8), "1 + 1 down, 1 + 1 up", "(3, 4, 4)"],
    [image(3, 4), "0 + 3 down, 3 + 0 up", "(5)"],
    [[axis("", 7)], "0 + 3 down, 3 + 0 up", "(5)"],
  ])("%o", (read, wanted, maps) => {
    const nets = vrnnNets("", options(read));
    expect(build(read)).toBe(wanted);
    expect(showShape(nets.maps)).toBe(maps);
    const seen = nets.φx(input("x", [6, ...read]));
    expect(dimsOf(seen.maps.shape)).toEqual([6, ...dimsOf(nets.maps)]);
    expect(dimsOf(seen.features.shape)).toEqual([6, 5]);
    const back = nets.decode(input("z", [6, 5]), input("h", [6, 5]));
    expect(dimsOf(back.shape)).toEqual([6, ...dimsOf(read)]);
  });
});

test.each([[image(1, 16)], [image(3, 4)]])(
  "a rectified decoder has no number below 0, a linear one has: %o",
  (read) => {
    const least = (output: "linear" | "relu"): number => {
      const nets = vrnnNets("", options(read, { output }));
      const given = Object.fromEntries(
        nets.variables.map((v) => [leafName(v), new Float64Array(sizeOf(v.shape)).fill(-0.1)]),
      );
      for (const name of Object.keys(given))
        if (/decoder.*(dense|dense[12]|conv1)\/bias/.test(name)) given[name].fill(1);
      const ones = constant(new Float64Array(10).fill(1), [2, 5]);
      return Math.min(...interpret([nets.decode(ones, ones)], given)[0].data);
    };
    expect(least("relu")).toBe(0);
    expect(least("linear")).toBeLessThan(0);
  },
);

test("variables carry the prefix", () => {
  const { variables } = vrnnNets("layer2/", options(image(1, 8)));
  expect(variables.filter((v) => !leafName(v).startsWith("layer2/"))).toEqual([]);
  expect(new Set(variables.map(leafName)).size).toBe(variables.length);
});

test.each([[image(1, 24)], [image(1, 8, 16)]])("sides that do not halve to 4 are refused: %o", (read) => {
  expect(() => vrnnNets("", options(read))).toThrow(UsageError);
});
