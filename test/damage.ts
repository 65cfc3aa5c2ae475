/** Damage to files, for the tests of readers: what it can do to any bytes, and what a reader may answer. */
import fc from "fast-check";
import { expect } from "vitest";
import { FileError } from "../src/base/errors.ts";

/** Makes a damaged file from one file, or from two. */
export type Damage = (a: Uint8Array, b: Uint8Array) => Uint8Array;

/** Replaces the bytes from `from` on, of which there are `gone`, by others. */
export function splice(a: Uint8Array, from: number, gone: number, put: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([...a.subarray(0, from), ...Array.from(put), ...a.subarray(from + gone)]);
}

/** From 0 to below 1, evenly: fc.double would be even over the exponents, and so nearly always close to 0. */
export const fraction = fc.nat(2 ** 30 - 1).map((n) => n / 2 ** 30);

/** The place in a file at a fraction of its length. */
export const at = (a: Uint8Array, x: number): number => Math.floor(x * a.length);

/** Flipped bits, a cut, bytes put in, two files joined, random bytes, and what is special to the format. */
export function damageOr(special: fc.Arbitrary<Damage>): fc.Arbitrary<Damage> {
  const flip = fc.tuple(fraction, fc.integer({ min: 1, max: 255 }));
  return fc.oneof(
    fc.array(flip, { minLength: 1, maxLength: 4 }).map(flipped),
    fraction.map((x) => made((a) => a.slice(0, at(a, x)))),
    fc
      .tuple(fraction, fc.uint8Array({ minLength: 1, maxLength: 16 }))
      .map(([x, put]) => made((a) => splice(a, at(a, x), 0, put))),
    fc.tuple(fraction, fraction).map(([x, y]) => made((a, b) => splice(a, at(a, x), a.length, b.subarray(at(b, y))))),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => made(() => bytes)),
    special,
  );
}

/** What a reader makes of bytes, or its FileError, with nothing left out. Any other error fails the test. */
export function attempt<T>(read: () => T): T | FileError {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    for (const part of Object.values(error.problem)) expect(part).not.toBe("");
    return error;
  }
}

const made = (damage: Damage): Damage => damage;

function flipped(flips: readonly (readonly [x: number, bits: number])[]): Damage {
  return (a) => {
    const out = Uint8Array.from(a);
    for (const [x, bits] of flips) out[at(a, x)] ^= bits;
    return out;
  };
}
