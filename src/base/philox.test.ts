import { expect, test } from "vitest";
import { philox4x32 } from "./philox.ts";

// kat_vectors of Random123 1.14 (https://github.com/DEShawResearch/random123), philox4x32 with 10 rounds
test.each([
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
])("Philox4x32-10 turns counter %s and key %s into %s", (counter, key, words) => {
  const [c, k] = [counter, key].map((s) => s.split(" ").map((w) => Number.parseInt(w, 16)));
  const out = new Uint32Array(4);
  philox4x32(c[0], c[1], c[2], c[3], k[0], k[1], out);
  expect([...out].map((w) => w.toString(16).padStart(8, "0")).join(" ")).toBe(words);
});
