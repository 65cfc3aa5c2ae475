import { expect, test } from "vitest";
import { type Code, doWhile, i32, i32x4, i64x2, instantiate, v128, wasmFunction, wasmModule } from "./wasm.ts";

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  run(a: number, b: number): void;
}

/** Runs the statements on two parameters and gives the first words of the memory. */
function run(a: number, b: number, write: (a: Code, b: Code) => Code[]): Uint32Array {
  const bytes = wasmModule(1, [wasmFunction("run", 2, ([x, y]) => write(x.get, y.get))]);
  const { run: call, memory } = instantiate<Exports>(bytes) as Exports;
  call(a, b);
  return new Uint32Array(memory.buffer, 0, 8);
}

// Written out by hand from https://www.w3.org/TR/wasm-core-2/, chapter 5
test("the module of one function that stores a parameter is these bytes", () => {
  const module = wasmModule(1, [wasmFunction("f", 1, ([x]) => [i32.store(i32.const(8), x.get)])]);
  expect([...module].map((b) => b.toString(16).padStart(2, "0")).join(" ")).toBe(
    [
      "00 61 73 6d 01 00 00 00", // magic, version
      "01 05 01 60 01 7f 00", // types: (i32) → ()
      "03 02 01 00", // function 0 has type 0
      "05 03 01 00 01", // one memory of at least one page
      "07 0e 02 06 6d 65 6d 6f 72 79 02 00 01 66 00 00", // exports: memory, f
      "0a 0b 01 09 00 41 08 20 00 36 02 00 0b", // code: no locals; i32.const 8, local.get 0, i32.store
    ].join(" "),
  );
});

test.each([0, 63, 64, -64, -65, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1])(
  "the constant %d is itself",
  (c) => {
    expect(run(0, 0, () => [i32.store(i32.const(0), i32.const(c))])[0]).toBe(c >>> 0);
  },
);

test.each([127, 128, 16_383, 16_384, 65_532])("an offset of %d bytes is that address", (offset) => {
  const at = (address: number) => i32.load(i32.const(address));
  const found = run(77, 0, (a) => [i32.store(i32.const(0), a, offset), i32.store(i32.const(0), at(offset))]);
  expect(found[0]).toBe(77);
});

test("64-bit products of unsigned words, low and high lanes", () => {
  const [a, b] = [0xfffffffe, 0xcd9e8d57];
  const vectors = (x: Code, y: Code): [Code, Code] => [
    i32x4.splat(x),
    i32x4.replaceLane(i32x4.splat(y), 3, i32.const(3)),
  ];
  const found = run(a, b, (x, y) => [
    v128.store(i32.const(0), i64x2.mulLowU(...vectors(x, y))),
    v128.store(i32.const(16), i64x2.mulHighU(...vectors(x, y))),
  ]);
  const product = BigInt(a) * BigInt(b);
  expect([...new BigUint64Array(found.buffer, 0, 4)]).toEqual([product, product, product, BigInt(a) * 3n]);
});

test("a shuffle takes lanes of both vectors in the order given", () => {
  const found = run(0, 0, () => [
    v128.store(i32.const(0), i32x4.shuffle(i32x4.const(10, 11, 12, 13), i32x4.const(14, 15, 16, 17), 3, 4, 0, 7)),
  ]);
  expect([...found.subarray(0, 4)]).toEqual([13, 14, 10, 17]);
});

test("a select takes the first vector's bits where the mask has ones", () => {
  const v = (x: number): Code => i32x4.const(x, x, x, x);
  expect(run(0, 0, () => [v128.store(i32.const(0), v128.select(v(0xff00), v(0x1234), v(0x5678)))])[0]).toBe(0x1278);
});

test("a loop runs once before its condition is asked, which compares unsigned", () => {
  const count = (to: number): number =>
    run(to, 0, (a) => {
      const n = i32.load(i32.const(0));
      return [doWhile([i32.store(i32.const(0), i32.add(n, i32.const(1)))], i32.ltU(n, i32.and(a, i32.const(7))))];
    })[0];
  expect([0, 1, 5, 7].map(count)).toEqual([1, 1, 5, 7]);
});

test("bytes that are no module give no exports", () => {
  expect(instantiate<Exports>(new Uint8Array([0, 1, 2, 3]))).toBeUndefined();
});
