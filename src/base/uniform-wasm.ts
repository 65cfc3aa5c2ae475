import { BELOW_ONE } from "./numbers.ts";
import { type Code, doWhile, f32x4, f64x2, i32, i32x4, v128, type WasmFunction, wasmFunction } from "./wasm.ts";

/**
 * uniform(n): the float32 uniform numbers of n words (n > 0, rounded up to whole vectors of four).
 * @param words   where they are: an address in the module's memory
 * @param numbers where the results go
 */
export const uniformOfWords = (words: number, numbers: number): WasmFunction =>
  wasmFunction("uniform", 1, ([n], local) => {
    const [address, four] = [local("i32"), local("v128")];
    return [
      doWhile(
        [
          four.set(v128.load(address.get, words)),
          v128.store(
            address.get,
            f32x4.pmin(narrow(units(lowLanes(four.get)), units(highLanes(four.get))), f32x4.const(BELOW_ONE)),
            numbers,
          ),
          address.set(i32.add(address.get, i32.const(16))),
        ],
        i32.ltU(address.get, i32.shl(n.get, i32.const(2))),
      ),
    ];
  });

/** `unit` of the words in lanes 0 and 1. */
export function units(words: Code): Code {
  return f64x2.mul(f64x2.add(f64x2.convertLowU(words), f64x2.const(0.5)), f64x2.const(2 ** -32));
}

/** Lanes of four, where `units` looks for two. */
export const lowLanes = (four: Code): Code => four;
export const highLanes = (four: Code): Code => i32x4.shuffle(four, four, 2, 3, 2, 3);

/** Two float64 and two more as four float32. */
export function narrow(a: Code, b: Code): Code {
  return i32x4.shuffle(f32x4.demote(a), f32x4.demote(b), 0, 1, 4, 5);
}
