import { type Code, doWhile, i32, i32x4, i64x2, v128, type WasmFunction, wasmFunction } from "./wasm.ts";

/** The multipliers of a round, and what is added to the key after each. */
const [M0, M1] = [0xd2511f53, 0xcd9e8d57];
const [W0, W1] = [0x9e3779b9, 0xbb67ae85];
const ROUNDS = 10;

/** Pairs of blocks that are enciphered side by side, so that no multiplication waits for the one before it. */
const ABREAST = 4;

/** Words that are written at a time. */
export const GROUP = 8 * ABREAST;

/**
 * fill(n, first, lo, hi, k0, k1): Philox4x32-10 of the counters (first, 0, lo, hi), (first + 1, 0, lo, hi)… under the key (k0, k1),
 * at least n words (n > 0), whole groups. A pair of blocks A, B is two vectors,
 *   even = (c0, c2 of A, c0, c2 of B),   odd = (c1, c3 of A, c1, c3 of B),
 * and a round is
 *   (c0, c2) ← (high(M1·c2), high(M0·c0)) xor (c1, c3) xor (k0, k1),   (c1, c3) ← (low(M1·c2), low(M0·c0)).
 * @param at where the words go: an address in the module's memory
 */
export const philoxFill = (at: number): WasmFunction =>
  wasmFunction("fill", 6, ([n, first, lo, hi, k0, k1], local) => {
    const [address, round] = [local("i32"), local("i32")];
    const [evenFirst, oddFirst, key, multipliers] = Array.from({ length: 4 }, () => local("v128"));
    const pairs = Array.from({ length: ABREAST }, () => ({ even: local("v128"), odd: local("v128") }));
    const [A, B] = [local("v128"), local("v128")]; // products of one pair: low, high of M0·c0; low, high of M1·c2

    const start = pairs.flatMap(({ even, odd }, i) => [
      even.set(i32x4.add(evenFirst.get, i32x4.const(2 * i, 0, 2 * i, 0))),
      odd.set(oddFirst.get),
    ]);
    const turn = pairs.flatMap(({ even, odd }) => [
      A.set(i64x2.mulLowU(even.get, multipliers.get)),
      B.set(i64x2.mulHighU(even.get, multipliers.get)),
      even.set(v128.xor(v128.xor(i32x4.shuffle(A.get, B.get, 3, 1, 7, 5), odd.get), key.get)),
      odd.set(i32x4.shuffle(A.get, B.get, 2, 0, 6, 4)),
    ]);
    const store = pairs.flatMap(({ even, odd }, i) => [
      v128.store(address.get, i32x4.shuffle(even.get, odd.get, 0, 4, 1, 5), at + 32 * i),
      v128.store(address.get, i32x4.shuffle(even.get, odd.get, 2, 6, 3, 7), at + 32 * i + 16),
    ]);

    return [
      multipliers.set(i32x4.const(M0, M1, M0, M1)),
      evenFirst.set(i32x4.add(alternate(first.get, lo.get), i32x4.const(0, 0, 1, 0))),
      oddFirst.set(alternate(i32.const(0), hi.get)),
      doWhile(
        [
          ...start,
          key.set(alternate(k0.get, k1.get)),
          round.set(i32.const(0)),
          doWhile(
            [
              ...turn,
              key.set(i32x4.add(key.get, i32x4.const(W0, W1, W0, W1))),
              round.set(i32.add(round.get, i32.const(1))),
            ],
            i32.ltU(round.get, i32.const(ROUNDS)),
          ),
          ...store,
          evenFirst.set(i32x4.add(evenFirst.get, i32x4.const(2 * ABREAST, 0, 2 * ABREAST, 0))),
          address.set(i32.add(address.get, i32.const(4 * GROUP))),
        ],
        i32.ltU(address.get, i32.shl(n.get, i32.const(2))),
      ),
    ];
  });

/** (a, b, a, b) */
function alternate(a: Code, b: Code): Code {
  return i32x4.replaceLane(i32x4.replaceLane(i32x4.splat(a), 1, b), 3, b);
}
