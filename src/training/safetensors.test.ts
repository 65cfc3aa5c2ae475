import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, attempt, type Damage, damageOr, fraction, splice } from "../../test/damage.ts";
import { FileError } from "../base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "./safetensors.ts";

describe("files of the reference library", () => {
  const reference = readFileSync("test/fixtures/weights.safetensors");

  test("names, sizes, elements and metadata are read", () => {
    const { tensors, metadata } = decodeSafetensors(reference, "weights.safetensors");
    expect(metadata).toEqual({ seed: "7", note: "héllo" });
    expect(Object.keys(tensors).sort()).toEqual(["__proto__", "count", "empty", "pixels", "scalar", "w"]);
    expect(tensors["w"]).toEqual({ dims: [2, 3], data: Float32Array.of(1.5, -2, 0, Infinity, 1e-40, 3) });
    expect(tensors["count"]).toEqual({ dims: [3], data: BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), -1n) });
    expect(tensors["pixels"]).toEqual({ dims: [3], data: Uint8Array.of(0, 127, 255) });
    expect(tensors["scalar"]).toEqual({ dims: [], data: Float32Array.of(42) });
    expect(tensors["empty"]).toEqual({ dims: [0, 5], data: new Float32Array() });
    const { ["__proto__"]: odd } = tensors;
    expect(odd).toEqual({ dims: [1], data: Uint8Array.of(7) });
  });

  test("half floats are refused with the types that can be read", () => {
    expect(() => decodeSafetensors(readFileSync("test/fixtures/half.safetensors"), "half.safetensors")).toThrow(
      'half.safetensors: expected tensor "half" of dtype F32, I64, U8, got "F16"; ' +
        "convert the tensor to one of these before saving it.",
    );
  });
});

describe("what is written is read", () => {
  test("tensors and metadata come back equal", () => {
    const property = fc.property(contents, ({ tensors, metadata }) => {
      const read = decodeSafetensors(encodeSafetensors(tensors, metadata), "file");
      expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(tensors).sort());
      for (const [name, { dims, data }] of Object.entries(tensors)) {
        expect(read.tensors[name].dims).toEqual(dims);
        expect(read.tensors[name].data.constructor).toBe(data.constructor);
        expect(bytesOf(read.tensors[name])).toEqual(bytesOf({ dims, data }));
      }
      expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
    });
    fc.assert(property, { seed: 1, numRuns: 1000 });
  });

  test("the bytes do not depend on the order of names, and data start at a multiple of 8", () => {
    const property = fc.property(contents, ({ tensors, metadata }) => {
      const file = encodeSafetensors(tensors, metadata);
      const turned = <V>(record: Record<string, V>) => Object.fromEntries(Object.entries(record).reverse());
      expect(encodeSafetensors(turned(tensors), turned(metadata))).toEqual(file);
      expect(headerLength(file) % 8).toBe(0);
    });
    fc.assert(property, { seed: 2, numRuns: 300 });
  });

  test("the header is readable: metadata first, then names in order, then spaces", () => {
    const b = { dims: [2], data: Float32Array.of(1, 2) };
    const file = encodeSafetensors({ b, "7": { dims: [], data: Uint8Array.of(3) }, a: b }, { step: "9" });
    const header =
      '{"__metadata__":{"step":"9"},"7":{"dtype":"U8","shape":[],"data_offsets":[0,1]},' +
      '"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]},"b":{"dtype":"F32","shape":[2],"data_offsets":[9,17]}}';
    const text = new TextDecoder().decode(file.subarray(8, 8 + headerLength(file)));
    expect(text).toBe(header.padEnd(Math.ceil(header.length / 8) * 8));
    expect(file.length).toBe(8 + text.length + 17);
  });

  test("aligned data are views of the file, others are copies, and a Buffer is no exception", () => {
    const w = { dims: [3], data: Float32Array.of(1, 2, 3) };
    const file = encodeSafetensors({ w });
    expect(decodeSafetensors(file, "file").tensors["w"].data.buffer).toBe(file.buffer);
    for (const shift of [1, 2, 3, 4]) {
      const larger = Buffer.alloc(file.length + 8, 255);
      larger.set(file, shift);
      const read = decodeSafetensors(larger.subarray(shift, shift + file.length), "file").tensors["w"];
      expect(read).toEqual(w);
      expect(read.data.buffer === larger.buffer).toBe((larger.byteOffset + shift) % 4 === 0);
    }
  });

  test("data that disagree with their dims, or the name __metadata__, are our defect", () => {
    const data = Uint8Array.of(1, 2);
    expect(() => encodeSafetensors({ a: { dims: [3], data } })).toThrow(/^internal: tensor "a" of shape \(3\) has 2/);
    expect(() => encodeSafetensors({ __metadata__: { dims: [2], data } })).toThrow(/^internal: /);
  });
});

describe("refusals say what was expected and what was found", () => {
  const u8 = (begin: number, end: number) => `{"dtype":"U8","shape":[${end - begin}],"data_offsets":[${begin},${end}]}`;
  const cases: { fact: string; header: string | Uint8Array; data?: number; says: RegExp }[] = [
    { fact: "an array", header: "[]", says: /a header that is a JSON object, got an array of 0/ },
    { fact: "a leading space", header: " {}", says: /a header that is a JSON object/ },
    { fact: "half an object", header: '{"a":', says: /a header of JSON in UTF-8, got "/ },
    { fact: "a header that is not UTF-8", header: Uint8Array.of(0x7b, 255, 0x7d), says: /JSON in UTF-8/ },
    { fact: "an array nested a million deep", header: '{"a":'.padEnd(1_000_000, "["), says: /JSON in UTF-8/ },
    { fact: "a shape of nested arrays", header: `{"a":${u8(0, 1).replace("[1]", deep(9999))}}`, says: /whole numbers/ },
    { fact: "a name twice", header: `{"a":${u8(0, 1)},"\\u0061":${u8(0, 1)}}`, says: /once, got "a" again/ },
    { fact: "a key twice", header: `{"a":${u8(0, 1).replace("{", '{"dtype" :"U8",')}}`, says: /got "dtype" again/ },
    { fact: "an unknown key", header: `{"a":${u8(0, 1).replace("{", '{"x":1,')}}`, says: /only dtype, .*got "x"/ },
    { fact: "a dtype from Object", header: `{"a":${u8(0, 1).replace("U8", "toString")}}`, says: /got "toString"/ },
    {
      fact: "a tensor without dtype",
      header: `{"a":{"shape":[],"data_offsets":[0,0]}}`,
      says: /dtype F32, I64, U8, got nothing/,
    },
    { fact: "a number as metadata", header: '{"__metadata__":{"step":9}}', says: /text for metadata "step", got 9/ },
    { fact: "a number as a tensor", header: '{"a":1}', says: /"a" to be described by a JSON object, got 1/ },
    { fact: "a huge shape", header: `{"a":${u8(0, 1).replace("[1]", "[4503599627370496,4096]")}}`, says: /got 1;/ },
    { fact: "an end before its begin", header: `{"a":${u8(0, 1).replace("0,1", "1,0")}}`, data: 1, says: /got 1 to 0/ },
    {
      fact: "an overlap",
      header: `{"a":${u8(0, 2)},"b":${u8(1, 3)}}`,
      data: 3,
      says: /"b" to start at byte 2 .*got 1/,
    },
    { fact: "a gap", header: `{"a":${u8(0, 1)},"b":${u8(2, 3)}}`, data: 3, says: /"b" to start at byte 1 .*got 2/ },
    {
      fact: "a rest that no tensor covers",
      header: `{"a":${u8(0, 1)}}`,
      data: 2,
      says: /cover all 2 bytes of data, got 1 bytes/,
    },
    { fact: "an offset past the end", header: `{"a":${u8(0, 9)}}`, data: 8, says: /within 8 bytes, got 0 to 9/ },
  ];
  for (const { fact, header, data = 1, says } of cases) {
    test(`${fact} is refused`, () => {
      const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
      expect(refusal(withHeader(text, new Uint8Array(data)))?.message).toMatch(says);
    });
  }

  test("a header of 2^60 bytes is refused at once", () => {
    const file = new Uint8Array(100);
    new DataView(file.buffer).setBigUint64(0, 2n ** 60n, true);
    expect(refusal(file)?.message).toBe(
      "damaged.safetensors: expected a header of at most 92 bytes, got a length of 1152921504606846976; " +
        "get or write the file again, it is damaged or of another kind.",
    );
  });

  test("many tensors on one stretch of data are refused before any is copied", () => {
    const size = 4 * 100_000;
    const entry = `{"dtype":"F32","shape":[100000],"data_offsets":[1,${size + 1}]}`;
    const header = `{${Array.from({ length: 1000 }, (_, i) => `"${i}":${entry}`).join(",")}}`;
    const file = withHeader(new TextEncoder().encode(header), new Uint8Array(size + 1));
    const held = process.memoryUsage().arrayBuffers;
    expect(refusal(file)?.message).toMatch(/to start at byte 0 of the data, got 1/);
    expect(process.memoryUsage().arrayBuffers - held).toBeLessThanOrEqual(file.length);
  });
});

describe("damaged files", () => {
  const samples = fc
    .sample(contents, { seed: 3, numRuns: 60 })
    .map(({ tensors, metadata }) => encodeSafetensors(tensors, metadata));
  samples.push(readFileSync("test/fixtures/weights.safetensors"));

  test("damage to the structure is always refused", () => {
    const tried = new Map<string, number>();
    const property = fc.property(solid, breaks, ({ tensors, metadata }, { kind, make }) => {
      const broken = make(encodeSafetensors(tensors, metadata), Object.keys(tensors));
      expect(refusal(broken)).toBeInstanceOf(FileError);
      tried.set(kind, (tried.get(kind) ?? 0) + 1);
    });
    fc.assert(property, { seed: 4, numRuns: 12_000 });
    expect([...tried.values()].reduce((a, b) => a + b)).toBeGreaterThanOrEqual(10_000);
    expect(Math.min(...tried.values())).toBeGreaterThanOrEqual(500); // of each kind
  });

  test("a file is refused wherever it is cut", () => {
    for (const file of samples) {
      for (let end = 0; end < file.length; end++) expect(refusal(file.subarray(0, end))).toBeDefined();
    }
  });

  test("any damage is refused, or leaves a whole file; time and memory stay small", () => {
    let [tried, refused] = [0, 0];
    const before = performance.now();
    const property = fc.property(fc.constantFrom(...samples), fc.constantFrom(...samples), damage, (a, b, how) => {
      const bytes = how(a, b);
      const held = process.memoryUsage().arrayBuffers;
      const read = attempt(() => decodeSafetensors(bytes, "damaged.safetensors"));
      expect(process.memoryUsage().arrayBuffers - held).toBeLessThanOrEqual(bytes.length);
      tried++;
      if (read instanceof FileError) {
        refused++;
      } else {
        const sizes = Object.values(read.tensors).map((t) => bytesOf(t).length);
        expect(sizes.reduce((n, size) => n + size, 0)).toBe(bytes.length - 8 - headerLength(bytes));
        for (const { dims, data } of Object.values(read.tensors))
          expect(dims.reduce((n, d) => n * d, 1)).toBe(data.length);
      }
    });
    fc.assert(property, { seed: 5, numRuns: 12_000 });
    expect(tried).toBeGreaterThanOrEqual(10_000);
    expect(refused).toBeGreaterThanOrEqual(9_000);
    expect(performance.now() - before).toBeLessThan(20_000); // about 1 s: far below 1 ms a file
  });
});

function refusal(bytes: Uint8Array): FileError | undefined {
  const read = attempt(() => decodeSafetensors(bytes, "damaged.safetensors"));
  return read instanceof FileError ? read : undefined;
}

function bytesOf({ data }: StoredTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function headerLength(file: Uint8Array): number {
  return Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
}

function withHeader(header: Uint8Array, data: Uint8Array): Uint8Array {
  const length = new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer);
  return Uint8Array.from([...length, ...header, ...data]);
}

function deep(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}

const sizes = fc.array(fc.nat(4), { maxLength: 3 });
const kinds = fc.constantFrom(Float32Array, BigInt64Array, Uint8Array);
const names = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("__proto__", "constructor", "7", '"', "\\", "{"),
);

function tensorsOf(dims: fc.Arbitrary<number[]>): fc.Arbitrary<StoredTensor> {
  return fc.tuple(dims, kinds, fc.nat()).map(([dims, Kind, salt]) => {
    const elements = dims.reduce((n, d) => n * d, 1);
    const bytes = Uint8Array.from(
      { length: elements * Kind.BYTES_PER_ELEMENT },
      (_, i) => Math.imul(salt + i, 2654435761) >>> 24,
    );
    return { dims, data: new Kind(bytes.buffer) };
  });
}

/** Any contents. */
const contents = fc.record({
  tensors: fc.dictionary(names, tensorsOf(sizes), { maxKeys: 4 }),
  metadata: fc.dictionary(names, names, { maxKeys: 3 }),
});

/** Contents whose every number matters: no tensor is empty (0 × 5 and 0 × 6 take the same bytes), and names are plain. */
const solid = fc.record({
  tensors: fc.dictionary(
    fc.stringMatching(/^[a-z]{1,6}$/),
    tensorsOf(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })),
    { minKeys: 1, maxKeys: 4, noNullPrototype: true },
  ),
  metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.stringMatching(/^[a-z]{0,6}$/), { maxKeys: 2 }),
});

const damage = damageOr(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(
    (length): Damage =>
      (a) =>
        withLength(a, length),
  ),
);

function withLength(file: Uint8Array, length: bigint): Uint8Array {
  const out = Uint8Array.from(file);
  new DataView(out.buffer).setBigUint64(0, length, true);
  return out;
}

/** Damage that no whole file can survive. */
interface Break {
  readonly kind: string;
  readonly make: (file: Uint8Array, names: string[]) => Uint8Array;
}

/** The header of a written file; the edits put other things into it. */
interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Changes one tensor's entry, or the whole header, and keeps the header's length true. */
function edit(kind: string, change: (entry: Entry, header: Record<string, unknown>, name: string) => void) {
  return fraction.map((x): Break => {
    const make = (file: Uint8Array, names: string[]): Uint8Array => {
      const end = 8 + headerLength(file);
      const header: Record<string, Entry> = JSON.parse(new TextDecoder().decode(file.subarray(8, end)));
      const name = names[Math.floor(x * names.length)];
      change(header[name], header, name);
      return withHeader(new TextEncoder().encode(JSON.stringify(header)), file.subarray(end));
    };
    return { kind, make };
  });
}

const notSizes = fc.constantFrom<unknown>(
  "1",
  null,
  3,
  {},
  [-1],
  [0.5],
  [2 ** 53],
  [1e300],
  ["2"],
  [[1]],
  [null],
  [true],
);
const notTypes = fc.constantFrom<unknown>("F16", "BF16", "f32", "", null, 4, "__proto__", "constructor", ["F32"]);
const notWords = fc.constantFrom<unknown>("x", null, [], [1], { a: 1 }, { a: null }, { a: ["x"] }, 0);
const steps = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(2 ** 32, 2 ** 53, 1e300, 0.5));
const punctuation = [...'{}[]:,"'].map((c) => c.charCodeAt(0));

const breaks: fc.Arbitrary<Break> = fc.oneof(
  fraction.map((x): Break => ({ kind: "cut", make: (file) => file.subarray(0, at(file, x)) })),
  fc
    .uint8Array({ minLength: 1, maxLength: 16 })
    .map((more): Break => ({ kind: "lengthened", make: (file) => splice(file, file.length, 0, more) })),
  fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(
    (more): Break => ({
      kind: "header length",
      make: (file) => withLength(file, BigInt.asUintN(64, BigInt(headerLength(file)) + more)),
    }),
  ),
  fc.integer({ min: -40, max: -1 }).map(
    (fewer): Break => ({
      kind: "header length by a little",
      make: (file) => withLength(file, BigInt.asUintN(64, BigInt(headerLength(file) + fewer))),
    }),
  ),
  steps.chain((k) => edit("size", ({ shape }) => (shape.length > 0 ? (shape[0] += k) : shape.push(1 + k)))),
  notSizes.chain((shape) => edit("kind of shape", (entry) => Object.assign(entry, { shape }))),
  fc.tuple(steps, fc.nat(1)).chain(([k, i]) => edit("offset", ({ data_offsets }) => (data_offsets[i] += k))),
  fc.tuple(steps, fc.nat(1)).chain(([k, i]) => edit("offset back", ({ data_offsets }) => (data_offsets[i] -= k))),
  steps.chain((k) =>
    edit("place", (entry) => {
      entry.data_offsets = [entry.data_offsets[0] + k, entry.data_offsets[1] + k];
    }),
  ),
  notSizes.chain((data_offsets) => edit("kind of offsets", (entry) => Object.assign(entry, { data_offsets }))),
  notTypes.chain((dtype) => edit("unknown dtype", (entry) => Object.assign(entry, { dtype }))),
  fc.constant({ F32: "I64", I64: "U8", U8: "F32" }).chain((turn) =>
    edit("other dtype", (entry) => {
      entry.dtype = turn[entry.dtype as keyof typeof turn];
    }),
  ),
  fc
    .constantFrom("dtype", "shape", "data_offsets")
    .chain((key) => edit("missing key", (entry) => Reflect.deleteProperty(entry, key))),
  edit("missing tensor", (_, header, name) => Reflect.deleteProperty(header, name)),
  notWords.chain((value) => edit("kind of entry", (_, header, name) => Object.assign(header, { [name]: value }))),
  notWords.chain((value) => edit("metadata", (_, header) => Object.assign(header, { __metadata__: value }))),
  fraction.map(
    (x): Break => ({
      kind: "name twice",
      make: (file, names) => {
        const end = 8 + headerLength(file);
        const name = names[Math.floor(x * names.length)];
        const again = new TextEncoder().encode(`"${name}":{},`);
        return withHeader(splice(file.subarray(8, end), 1, 0, again), file.subarray(end));
      },
    }),
  ),
  fraction.map(
    (x): Break => ({
      kind: "not UTF-8",
      make: (file) => splice(file, 8 + Math.floor(x * headerLength(file)), 1, [255]),
    }),
  ),
  fc.tuple(fraction, fc.constantFrom(...punctuation, 0x20)).map(
    ([x, put]): Break => ({
      kind: "punctuation",
      make: (file) => {
        const places = [...file.keys()].filter((i) => i >= 8 && i < 8 + headerLength(file) && file[i] !== put);
        const marks = places.filter((i) => punctuation.includes(file[i]));
        return splice(file, marks[Math.floor(x * marks.length)], 1, [put]);
      },
    }),
  ),
);
