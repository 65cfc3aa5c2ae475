import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { gradient } from "../gradient.ts";
import { input } from "../leaves.ts";
import { concat, conv, mul, sum, tanh } from "../ops/index.ts";
import { reachable, type Value } from "../value.ts";
import { splitChannels } from "./split-channels.ts";

const [frame, state] = [input("frame", [2, 1, 4, 4]), input("state", [2, 16, 4, 4])];
const w = input("w", [16, 17, 3, 3]);
const y = conv(concat([frame, state], 1), w, { pads: 1 });
const channels = (values: readonly Value[], op: string): number[] =>
  reachable(values).flatMap((n) => (n.op.name === op ? [n.inputs[1].shape[1].size] : []));

test("a frame and a state are convolved apart", () => {
  const after = splitChannels.run([y]);
  expect(channels(after, "Conv").sort()).toEqual([1, 16]);
  expectSameNumbers(after, [y]);
});

test("the way back is computed for what asks for it", () => {
  const before = gradient(sum(mul(y, tanh(y))), [state, w]);
  const after = splitChannels.run(before);
  expect(channels(before, "ConvTranspose")).toEqual([17]);
  expect(channels(after, "ConvTranspose").sort()).toEqual([16]);
  expectSameNumbers(after, before);
});

test("a way back that something else needs whole stays whole", () => {
  const x = concat([frame, state], 1);
  const z = sum(mul(conv(x, w, { pads: 1 }), y));
  const before = gradient(z, [x, state]);
  expectSameNumbers(splitChannels.run(before), before);
});

test.each([
  ["whole blocks", concat([state, input("more", [2, 32, 4, 4])], 1), input("v", [16, 48, 3, 3])],
  ["parts that fill none", concat([input("a", [2, 17, 4, 4]), state], 1), input("v", [16, 33, 3, 3])],
  ["few channels in all", concat([frame, input("b", [2, 2, 4, 4])], 1), input("v", [16, 3, 3, 3])],
  ["outputs that fill none", concat([frame, state], 1), input("v", [3, 17, 3, 3])],
] as const)("%s stay together", (_name, x, v) => {
  const before = conv(x, v, { pads: 1 });
  expect(splitChannels.run([before])).toEqual([before]);
});
