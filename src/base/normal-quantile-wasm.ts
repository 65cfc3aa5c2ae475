import { highLanes, lowLanes, narrow, units } from "./uniform-wasm.ts";
import {
  type Code,
  doWhile,
  f32x4,
  f64x2,
  i32,
  i32x4,
  i64x2,
  type Local,
  type MakeLocal,
  v128,
  type WasmFunction,
  wasmFunction,
} from "./wasm.ts";

/** Addresses in the module's memory. */
export interface NormalArrays {
  /** The words; the one after the last is read too. */
  readonly words: number;
  /** The float32 results; the one after the last is written too. */
  readonly numbers: number;
  /** A list, of up to n + 2 places, of the numbers in the tails. */
  readonly tails: number;
  /** Length of words and numbers. */
  readonly length: number;
}

/**
 * normal(n): `normalQuantile32` of the units of n words (n > 0, rounded up to whole vectors of four), in the same order of operations.
 * All are taken as central, and those that are not (15 in 100) listed; then the listed ones are done as tails. A tail's
 * r = √(−log p) is at most √(33·log 2) = 4.78 here, so that the farthest part, beyond 5, is not needed.
 */
export const normalOfWords = ({ words, numbers, tails, length }: NormalArrays): WasmFunction =>
  wasmFunction("normal", 1, ([n], local) => {
    const [address, end, next, bits] = Array.from({ length: 4 }, () => local("i32"));
    const [four, p, r, x] = Array.from({ length: 4 }, () => local("v128"));
    const halves = [local("v128"), local("v128")];
    const [first, second] = [local("i32"), local("i32")];

    /** Lists the place `lane` numbers after `address` if that bit is set; else it is overwritten by the one listed next. */
    const list = (lane: number, bit: number): Code[] => [
      i32.store(end.get, i32.add(address.get, i32.const(4 * lane)), tails),
      end.set(i32.add(end.get, i32.shl(i32.and(i32.shrU(bits.get, bit), i32.const(1)), i32.const(2)))),
    ];
    const central = halves.flatMap((q, half) => [
      q.set(f64x2.sub(units(half === 0 ? lowLanes(four.get) : highLanes(four.get)), f64x2.const(0.5))),
      bits.set(i64x2.bitmask(f64x2.gt(f64x2.abs(q.get), f64x2.const(0.425)))),
      ...list(2 * half, 0),
      ...list(2 * half + 1, 1),
      r.set(f64x2.sub(f64x2.const(0.180625), f64x2.mul(q.get, q.get))),
      q.set(
        f64x2.div(
          f64x2.mul(q.get, polynomial(r, 59.10937472, 159.29113202, 50.434271938, 3.3871327179)),
          polynomial(r, 67.1875636, 78.757757664, 17.895169469, 1),
        ),
      ),
    ]);
    const [q] = halves;
    const tail = [
      q.set(f64x2.sub(units(four.get), f64x2.const(0.5))),
      p.set(f64x2.sub(f64x2.const(0.5), f64x2.abs(q.get))), // the smaller of p and 1 − p, exactly
      ...logarithm(p, x, local),
      r.set(f64x2.sub(f64x2.sqrt(f64x2.neg(x.get)), f64x2.const(1.6))),
      x.set(
        f64x2.div(
          polynomial(r, 0.17023821103, 1.3067284816, 2.75681539, 1.4234372777),
          polynomial(r, 0.12021132975, 0.7370016425, 1),
        ),
      ),
      x.set(f32x4.demote(v128.or(x.get, v128.and(q.get, f64x2.const(-0))))), // with the sign of q
    ];

    return [
      doWhile(
        [
          four.set(v128.load(address.get, words)),
          ...central,
          v128.store(address.get, narrow(halves[0].get, halves[1].get), numbers),
          address.set(i32.add(address.get, i32.const(16))),
        ],
        i32.ltU(address.get, i32.shl(n.get, i32.const(2))),
      ),
      // Two places past the last number, so that the list is never empty and its pairs are whole.
      i32.store(end.get, i32.const(4 * length), tails),
      i32.store(end.get, i32.const(4 * length), tails + 4),
      doWhile(
        [
          first.set(i32.load(next.get, tails)),
          second.set(i32.load(next.get, tails + 4)),
          four.set(i32x4.replaceLane(i32x4.splat(i32.load(first.get, words)), 1, i32.load(second.get, words))),
          ...tail,
          v128.storeLane32(first.get, x.get, 0, numbers),
          v128.storeLane32(second.get, x.get, 1, numbers),
          next.set(i32.add(next.get, i32.const(8))),
        ],
        i32.ltU(next.get, end.get),
      ),
    ];
  });

/** Horner's rule; the highest power's coefficient first. */
function polynomial(x: Local, ...coefficients: readonly number[]): Code {
  return coefficients.map(f64x2.const).reduce((sum, c) => f64x2.add(f64x2.mul(sum, x.get), c));
}

/**
 * The natural logarithm of two float64 2⁻³³ ≤ p < 0.1: fdlibm's __ieee754_log (Sun Microsystems 1993, e_log.c,
 * https://www.netlib.org/fdlibm/e_log.c), which is Math.log in V8, operation by operation; comparisons choose where it branches.
 * Its branch for |f| < 2⁻²⁰ is left out: log p is below −2, and what it gains is far under that number's last bit.
 * p = 2ᵏ·(1 + f), √½ < 1 + f < √2;   log(1 + f) = f − s·(f − R) = f − (f²/2 − s·(f²/2 + R)),   s = f/(2 + f).
 */
export function logarithm(p: Local, result: Local, local: MakeLocal): Code[] {
  const [m, large, k, f, s, z, w, R, half] = Array.from({ length: 9 }, () => local("v128"));
  const { add, sub, mul, div, ge, lt } = f64x2;
  const number = f64x2.const;
  /** 1 + highWord·2⁻²⁰: where fdlibm compares the upper 20 bits of the fraction. */
  const fraction = (upper: number): Code => number(1 + upper * 2 ** -20);
  const between = (x: Local, low: Code, high: Code): Code => v128.and(ge(x.get, low), lt(x.get, high));
  const kLow = mul(k.get, number(1.9082149292705877e-10));

  return [
    m.set(v128.or(v128.and(p.get, i64x2.const(0xfffffffffffffn)), number(1))), // p's fraction, 1 ≤ m < 2
    large.set(ge(m.get, fraction(0x6a09c))),
    // the exponent as the last bits of 2⁵² + exponent, whose distance to 2⁵² + 1023 is k
    k.set(sub(v128.or(i64x2.shiftRightU(p.get, 52), number(2 ** 52)), number(2 ** 52 + 1023))),
    k.set(add(k.get, v128.and(large.get, number(1)))),
    f.set(sub(v128.select(large.get, mul(m.get, number(0.5)), m.get), number(1))),
    s.set(div(f.get, add(number(2), f.get))),
    z.set(mul(s.get, s.get)),
    w.set(mul(z.get, z.get)),
    R.set(
      add(
        mul(z.get, polynomial(w, 0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735)),
        mul(w.get, polynomial(w, 0.15313837699209373, 0.22222198432149784, 0.3999999999940942)),
      ),
    ),
    half.set(mul(mul(number(0.5), f.get), f.get)),
    result.set(sub(mul(s.get, sub(f.get, R.get)), kLow)),
    result.set(
      v128.select(
        between(m, fraction(0x6147a), fraction(0x6b852)),
        sub(half.get, add(mul(s.get, add(half.get, R.get)), kLow)),
        result.get,
      ),
    ),
    result.set(sub(mul(k.get, number(0.6931471803691238)), sub(result.get, f.get))),
  ];
}
