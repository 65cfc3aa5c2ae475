/**
 * A small assembler for WebAssembly (https://www.w3.org/TR/wasm-core-2/): named instructions that nest as expressions, functions,
 * and a module with one memory. It knows only the instructions that this library's kernels use.
 */

/** Instructions in binary form. An instruction's operands are code that comes before it, so that expressions nest. */
export type Code = readonly number[];

export type ValueType = "i32" | "v128";

/** Makes a local variable of a function; it begins as 0. */
export type MakeLocal = (type: ValueType) => Local;

/** A parameter or a local variable of a function. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const unary =
  (op: Code) =>
  (a: Code): Code => [...a, ...op];
const binary =
  (op: Code) =>
  (a: Code, b: Code): Code => [...a, ...b, ...op];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value | 0)],
  add: binary([0x6a]),
  and: binary([0x71]),
  shl: binary([0x74]),
  shrU: (a: Code, bits: number): Code => [...a, ...i32.const(bits), 0x76],
  ltU: binary([0x49]),
  /** The address plus a fixed offset, in bytes. */
  load: (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 2, ...unsigned(offset)],
};

export const v128 = {
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), 4, ...unsigned(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b),
    4,
    ...unsigned(offset),
  ],
  /** Stores one of four 32-bit lanes. */
  storeLane32: (address: Code, value: Code, lane: number, offset = 0): Code => [
    ...[...address, ...value, ...simd(0x5a), 2],
    ...[...unsigned(offset), lane],
  ],
  and: binary(simd(0x4e)),
  or: binary(simd(0x50)),
  xor: binary(simd(0x51)),
  /** The bits of a where the mask's are 1, of b elsewhere. */
  select: (mask: Code, a: Code, b: Code): Code => [...a, ...b, ...mask, ...simd(0x52)],
};

/** Four whole numbers of 32 bits. */
export const i32x4 = {
  const: (...lanes: readonly [number, number, number, number]): Code => [
    ...simd(0x0c),
    ...new Uint8Array(Uint32Array.from(lanes).buffer),
  ],
  splat: unary(simd(0x11)),
  replaceLane: (a: Code, lane: number, value: Code): Code => [...a, ...value, ...simd(0x1c), lane],
  add: binary(simd(0xae)),
  /** Four of the eight lanes of a (0…3) and b (4…7). */
  shuffle: (a: Code, b: Code, ...lanes: readonly [number, number, number, number]): Code => [
    ...[...a, ...b, ...simd(0x0d)],
    ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  ],
};

/** Two whole numbers of 64 bits. */
export const i64x2 = {
  const: (value: bigint): Code => [...simd(0x0c), ...new Uint8Array(BigUint64Array.of(value, value).buffer)],
  /** The 64-bit products of lanes 0 and 1 of two i32x4, unsigned. */
  mulLowU: binary(simd(0xde)),
  /** The 64-bit products of lanes 2 and 3 of two i32x4, unsigned. */
  mulHighU: binary(simd(0xdf)),
  shiftRightU: (a: Code, bits: number): Code => [...a, ...i32.const(bits), ...simd(0xcd)],
  /** The two sign bits, as an i32. */
  bitmask: unary(simd(0xc4)),
};

/** Two float64. A comparison gives all bits 1 where it holds. */
export const f64x2 = {
  const: (value: number): Code => [...simd(0x0c), ...new Uint8Array(Float64Array.of(value, value).buffer)],
  lt: binary(simd(0x49)),
  gt: binary(simd(0x4a)),
  ge: binary(simd(0x4c)),
  abs: unary(simd(0xec)),
  neg: unary(simd(0xed)),
  sqrt: unary(simd(0xef)),
  add: binary(simd(0xf0)),
  sub: binary(simd(0xf1)),
  mul: binary(simd(0xf2)),
  div: binary(simd(0xf3)),
  /** Lanes 0 and 1 of an i32x4, unsigned. */
  convertLowU: unary(simd(0xff)),
};

/** Four float32. */
export const f32x4 = {
  const: (value: number): Code => [...simd(0x0c), ...new Uint8Array(new Float32Array(4).fill(value).buffer)],
  /** Two float64, rounded, in lanes 0 and 1; zeros in the others. */
  demote: unary(simd(0x5e)),
  /** b < a ? b : a */
  pmin: binary(simd(0xea)),
};

/** do { body } while (condition ≠ 0) */
export function doWhile(body: readonly Code[], condition: Code): Code {
  return [0x03, 0x40, ...body.flat(), ...condition, 0x0d, 0, 0x0b];
}

/** A function that the module exports. It gives no result: kernels write to memory. */
export interface WasmFunction {
  readonly name: string;
  /** How many there are; all are i32. */
  readonly parameters: number;
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

/** @param write gets the parameters, and what makes local variables; gives the statements */
export function wasmFunction(
  name: string,
  parameters: number,
  write: (parameters: readonly Local[], local: MakeLocal) => readonly Code[],
): WasmFunction {
  const locals: ValueType[] = [];
  const at = (i: number): Local => ({
    get: [0x20, ...unsigned(i)],
    set: (value) => [...value, 0x21, ...unsigned(i)],
  });
  const code = write(
    Array.from({ length: parameters }, (_, i) => at(i)),
    (type) => at(parameters + locals.push(type) - 1),
  ).flat();
  return { name, parameters, locals, code };
}

/** The binary of a module: the functions and `memory`, of so many pages of 64 KiB, all exported. */
export function wasmModule(pages: number, functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const section = (id: number, content: Code): Code => [id, ...sized(content)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(
      1,
      vector(functions.map((f) => [0x60, ...vector(Array(f.parameters).fill([TYPES.i32])), ...vector([])])),
    ),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(5, vector([[0, ...unsigned(pages)]])),
    ...section(
      7,
      vector([[...text("memory"), 2, 0], ...functions.map((f, i) => [...text(f.name), 0, ...unsigned(i)])]),
    ),
    ...section(10, vector(functions.map((f) => sized([...vector(f.locals.map(oneLocal)), ...f.code, 0x0b])))),
  ]);
}

const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };
const oneLocal = (type: ValueType): Code => [1, TYPES[type]];
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (content: Code): Code => [...unsigned(content.length), ...content];
const text = (s: string): Code => sized([...new TextEncoder().encode(s)]);

/** LEB128: seven bits a byte, the lowest first, the eighth bit set on all but the last. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a signed number: the last byte's seventh bit is the sign. */
function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

// The parts of https://webassembly.github.io/spec/js-api that are used; neither ES2023 nor Node's types have them.
declare const WebAssembly:
  | {
      validate(bytes: Uint8Array<ArrayBuffer>): boolean;
      readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
      readonly Instance: new (module: object) => { readonly exports: object };
    }
  | undefined;

/**
 * Compiles a module of `wasmModule` and gives its exports, or undefined where the engine has no WebAssembly, lacks an instruction,
 * or forbids compiling (a page's content security policy). Browsers may refuse more than 4 KiB outside of workers.
 */
export function instantiate<Exports extends { readonly memory: { readonly buffer: ArrayBuffer } }>(
  bytes: Uint8Array<ArrayBuffer>,
): Exports | undefined {
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(bytes)) return undefined;
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports;
  } catch {
    return undefined;
  }
}
