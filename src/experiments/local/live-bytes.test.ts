import { describe, expect, test } from "vitest";
import { axis } from "../../base/shape.ts";
import { input, variable } from "../../graph/leaves.ts";
import { add, mean } from "../../graph/ops/arithmetic.ts";
import { greater } from "../../graph/ops/compare.ts";
import { exp } from "../../graph/ops/elementary.ts";
import { mostLiveBytes } from "./live-bytes.ts";

const x = input("x", [axis("unit", 100)]); // 400 bytes

describe("bytes held at once, by hand", () => {
  test("of a chain: two neighbours", () => {
    // x and e¹, e¹ and e², …; the last one is held beside the one before.
    const chain = exp(exp(exp(exp(x))));
    expect(mostLiveBytes({ name: "chain", outputs: { chain } })).toBe(800);
  });

  test("of what is needed again at the end: as many as there are, as in back-propagation", () => {
    const one = exp(x);
    const two = exp(one);
    const three = exp(two);
    // one, two and three are all held for the sums, beside the first of these.
    expect(mostLiveBytes({ name: "kept", outputs: { total: add(three, add(two, one)) } })).toBe(1600);
  });

  test("variables are held throughout, and their next values to the end", () => {
    const v = variable("v", [axis("unit", 100)], () => {});
    const next = add(v, x);
    // v, x and next; the mean, and the constant 1/100 that it is made with.
    expect(mostLiveBytes({ name: "update", outputs: { loss: mean(x) }, updates: [[v, next]] })).toBe(1208);
  });

  test("truth values take one byte", () => {
    expect(mostLiveBytes({ name: "truth", outputs: { positive: greater(x, 0) } })).toBe(400 + 4 + 100);
  });
});
