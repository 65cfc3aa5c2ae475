import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, attempt, type Damage, damageOr, fraction, splice } from "../../test/damage.ts";
import { FileError } from "../base/errors.ts";
import { decodeModel } from "./decode.ts";
import { elementBytes, encodeModel } from "./encode.ts";
import {
  type Attribute,
  ElementType,
  type Graph,
  type Model,
  type Node,
  type Tensor,
  type ValueInfo,
} from "./model.ts";

const fixture = (name: string): Uint8Array => readFileSync(`test/fixtures/${name}`);

describe("files of the reference library", () => {
  test("a model keeps its words, axes, nodes and every kind of attribute", () => {
    const m = decodeModel(fixture("plain.onnx"));
    expect(m).toMatchObject({ irVersion: 9, producer: "make-fixtures", producerVersion: "1.0", doc: "héllo" });
    expect(m.opsets).toEqual({ "": 17, "test.kinds": 1 });
    expect(m.metadata).toEqual({ "made by": "a script", seed: "7" });
    expect(m.graph).toMatchObject({ name: "growth", doc: "a graph" });
    expect(m.graph.inputs).toEqual([{ name: "x", type: ElementType.float, dims: ["batch", 2], doc: "the start" }]);
    expect(m.graph.outputs[1]).toEqual({ name: "kinds", type: ElementType.uint8, dims: [0, "", 4] });
    const [loop, kinds] = m.graph.nodes;
    expect(loop).toMatchObject({ name: "grow", op: "Loop", domain: "", inputs: ["three", "", "x"], outputs: ["y"] });
    const body = loop.attributes["body"];
    expect(body.kind === "graph" && body.value.nodes.map((n) => n.op)).toEqual(["Mul", "Add", "Identity"]);
    expect(kinds).toMatchObject({ domain: "test.kinds", doc: "attributes", inputs: ["x", ""] });
    const doubles = new Uint8Array(Float64Array.of(1.5, -2.5).buffer);
    expect(kinds.attributes).toEqual({
      f: { kind: "float", value: 0.5 },
      i: { kind: "int", value: -7 },
      s: { kind: "string", value: "word" },
      t: { kind: "tensor", value: { name: "doubles", type: ElementType.double, dims: [2], data: doubles } },
      floats: { kind: "floats", value: [1, -0.25] },
      ints: { kind: "ints", value: [1, -(2 ** 40), 300] },
      strings: { kind: "strings", value: ["a", ""] },
    });
  });

  test("constants in typed lists come out as raw bytes", () => {
    const { initializers } = decodeModel(fixture("lists.onnx")).graph;
    const data = Object.fromEntries(initializers.map((t) => [t.name, t.data.slice().buffer]));
    expect(new Float32Array(data["float"])).toEqual(Float32Array.of(1.5, -0, Infinity, 1e-40));
    expect(new Float64Array(data["double"])).toEqual(Float64Array.of(Math.PI, -1e300));
    expect(new BigInt64Array(data["int64"])).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), -1n));
    expect(new Int32Array(data["int32"])).toEqual(Int32Array.of(2 ** 31 - 1, -(2 ** 31), -1));
    expect(new Uint8Array(data["uint8"])).toEqual(Uint8Array.of(0, 255));
    expect(new Uint8Array(data["bool"])).toEqual(Uint8Array.of(1, 0));
    expect(new Float32Array(data["scalar"])).toEqual(Float32Array.of(42));
    expect(initializers.find((t) => t.name === "empty")).toMatchObject({ dims: [0, 5], data: new Uint8Array() });
  });

  test("constants in another file are refused", () => {
    expect(() => decodeModel(fixture("external.onnx"), "far.onnx")).toThrow(
      /^far.onnx: expected constants inside the file, got one in another file \(at byte \d+\); save the model again/,
    );
  });

  test("half floats are refused by their number", () => {
    expect(() => decodeModel(fixture("half.onnx"))).toThrow(/elements of type float \(1\), .*got type 10 \(at byte/);
  });
});

describe("what is written is read", () => {
  test("a model comes back equal", () => {
    const property = fc.property(models, (m) => {
      expect(decodeModel(encodeModel(m))).toEqual(m);
    });
    fc.assert(property, { seed: 1, numRuns: 500 });
  });

  test("raw constants are views of the file", () => {
    const bytes = encodeModel(model({ initializers: [bytesTensor(new Uint8Array(1000))] }));
    expect(decodeModel(bytes).graph.initializers[0].data.buffer).toBe(bytes.buffer);
  });

  test("a file that lies inside a larger buffer is read from its own place", () => {
    const bytes = encodeModel(model({ initializers: [bytesTensor(Uint8Array.of(1, 2, 3))] }));
    const larger = new Uint8Array(bytes.length + 20).fill(255);
    larger.set(bytes, 13);
    const inside = larger.subarray(13, 13 + bytes.length);
    expect(decodeModel(inside)).toEqual(decodeModel(bytes));
  });

  test("fields that nobody knows are skipped, whatever their wire type", () => {
    const unknown = [
      ...[0xf8, 7, 255, 1],
      ...[0xf9, 7, 1, 2, 3, 4, 5, 6, 7, 8],
      ...[0xfa, 7, 2, 9, 9],
      0xfd,
      7,
      1,
      2,
      3,
      4,
    ];
    const bytes = encodeModel(model({}));
    expect(decodeModel(Uint8Array.of(...unknown, ...bytes, ...unknown))).toEqual(decodeModel(bytes));
  });
});

describe("refusals say where and why", () => {
  const base = [...encodeModel(model({}))];
  const withGraph = (...graph: number[]): number[] => [8, 9, ...nested(7, graph), 0x42, 2, 0x10, 17];
  const constant = (...tensor: number[]): number[] => withGraph(...nested(5, tensor));
  const huge = varint(2 ** 60);
  const tera = varint(2 ** 40);
  const cases: [fact: string, bytes: number[], says: RegExp][] = [
    ["an empty file", [], /IR version of 1 or more, got version 0 \(at byte 0\)/],
    ["a file without graph", [8, 9], /expected an ONNX model with a graph, got none/],
    ["a file without operator set", [8, 9, 0x3a, 0], /imports an operator set, got none/],
    ["a second graph", [...base, 0x3a, 0], /this field once, got the field again/],
    ["a key twice", [...base, 0x42, 2, 0x10, 5], /keys that differ, got "" again/],
    ["a length of 2^60", [0x0a, ...huge], /at most 0 bytes.*one of 11529215046068/],
    ["a length one too large", [...base, 0x12, 3, 65, 65], /at most 2 bytes.*one of 3 \(/],
    ["a varint of 11 bytes", [8, ...Array(10).fill(128), 0], /at most ten bytes/],
    ["a varint of 70 bits", [8, ...Array(9).fill(128), 127], /of 64 bits, got a larger/],
    ["a varint cut short", [8, 128], /a whole number, got the end .*byte 0/],
    ["a varint that leaves its message", withGraph(0xf8, 7, 128), /a whole number, got the end/],
    ["a tag that leaves its message", withGraph(0x80), /a whole number, got the end/],
    ["a float that leaves its message", withGraph(0xfd, 7, 1, 2, 3), /number of 4 bytes, got 3/],
    ["a double that leaves its message", withGraph(0xf9, 7, 1, 2), /number of 8 bytes, got 2/],
    ["a varint that leaves its packed list", constant(0x0a, 1, 0x80, 16, 1), /a whole number, got the end/],
    ["a packed list cut short", constant(8, 1, 16, 1, 0x22, 3, 0, 0, 0), /of 4 bytes, got 3/],
    ["text for the IR version", [0x0a, 0], /field 1 with wire type 0, got wire type 2/],
    ["a group", [0x0b], /wire type 0, 1, 2 or 5, got wire type 3/],
    ["field number 0", [2, 0], /field number from 1/],
    ["text that is not UTF-8", [0x12, 1, 255], /text in UTF-8/],
    ["a node without operator", withGraph(0x0a, 0), /an operator for node "", got none/],
    ["an attribute of type 11", withGraph(...nested(1, nested(5, [0xa0, 1, 11]))), /"" of type 1 to 8, got type 11/],
    ["an input without type", withGraph(0x5a, 0), /a type and shape for "", got none/],
    ["a constant without type", constant(8, 0), /an element type for tensor ""/],
    ["a negative size", constant(8, ...varint(-1), 16, 1), /size of 0 or more, got -1/],
    ["a size of 2^60", constant(8, ...huge, 16, 1), /between ±2\^53, got 1152921504606846976/],
    ["a shape of 2^80", constant(8, ...tera, 8, ...tera, 16, 1), /\(1099511627776, 1099511627776\), got 0 \(/],
    ["too few raw bytes", constant(8, 2, 16, 1, 0x4a, 4, 0, 0, 0, 0), /8 bytes .* \(2\), got 4/],
    ["a list and raw bytes", constant(8, 1, 16, 2, 0x28, 1, 0x4a, 1, 1), /once, got raw bytes and/],
    ["a list of another type", constant(8, 1, 16, 1, 0x28, 1), /in float_data, got some in another/],
    ["a byte of 256", constant(8, 1, 16, 2, 0x28, ...varint(256)), /from 0 to 255, got 256/],
    ["a sparse constant", withGraph(0x7a, 0), /dense constants/],
    ["a function", [...base, 0xca, 1, 0], /without functions of its own/],
  ];
  for (const [fact, bytes, says] of cases) {
    test(`${fact} is refused`, () => {
      const error = refusal(Uint8Array.from(bytes));
      expect(error?.message).toMatch(says);
      expect(error?.problem.got).toMatch(/\(at byte \d+\)$/);
    });
  }

  test("graphs may be nested ten deep and not a thousand", () => {
    expect(decodeModel(tower(10)).graph.nodes).toHaveLength(1);
    const attributeAt33 = tower(10, nested(1, nested(5, [])));
    expect(() => decodeModel(attributeAt33)).toThrow(/nested at most 32 deep, got more/);
    expect(() => decodeModel(tower(11))).toThrow(/nested at most 32 deep, got more/);
    expect(() => decodeModel(tower(1000))).toThrow(/nested at most 32 deep, got more/);
  });
});

describe("damaged files", () => {
  const samples = fc.sample(models, { seed: 2, numRuns: 60 }).map(encodeModel);
  samples.push(fixture("plain.onnx"), fixture("lists.onnx"), fixture("half.onnx"));

  test("broken structure is always refused", () => {
    let tried = 0;
    const property = fc.property(fc.constantFrom(...samples), brokenAt, (bytes, how) => {
      expect(refusal(breakStructure(bytes, how))).toBeInstanceOf(FileError);
      tried++;
    });
    fc.assert(property, { seed: 3, numRuns: 12_000 });
    expect(tried).toBeGreaterThanOrEqual(10_000);
  });

  test("a file whose last part is needed is refused wherever it is cut", () => {
    let tried = 0;
    for (const { metadata, ...m } of fc.sample(models, { seed: 4, numRuns: 40 })) {
      const bytes = encodeModel({ ...m, opsets: { "": 17 }, metadata: {} }); // the operator set comes last
      for (let end = 0; end < bytes.length; end++, tried++) expect(refusal(bytes.subarray(0, end))).toBeDefined();
    }
    expect(tried).toBeGreaterThanOrEqual(10_000);
  });

  test("any damage is refused, or leaves a model that can be written again; time and memory stay small", () => {
    let [tried, refused] = [0, 0];
    const before = performance.now();
    const property = fc.property(fc.constantFrom(...samples), fc.constantFrom(...samples), damage, (a, b, how) => {
      const bytes = how(a, b);
      const held = process.memoryUsage().arrayBuffers;
      const read = attempt(() => decodeModel(bytes, "damaged.onnx"));
      // A list element of one byte may become an int64 of eight; nothing grows more.
      expect(process.memoryUsage().arrayBuffers - held).toBeLessThanOrEqual(8 * bytes.length);
      tried++;
      if (read instanceof FileError) refused++;
      else expect(encodeModel(decodeModel(encodeModel(read)))).toEqual(encodeModel(read));
    });
    fc.assert(property, { seed: 5, numRuns: 12_000 });
    expect(tried).toBeGreaterThanOrEqual(10_000);
    expect(refused).toBeGreaterThanOrEqual(6_000);
    expect(performance.now() - before).toBeLessThan(20_000); // about 2 s: far below 1 ms a file
  });
});

function refusal(bytes: Uint8Array): FileError | undefined {
  const read = attempt(() => decodeModel(bytes, "damaged.onnx"));
  return read instanceof FileError ? read : undefined;
}

function model(graph: Partial<Graph>): Model {
  return {
    irVersion: 9,
    opsets: { "": 17 },
    producer: "",
    producerVersion: "",
    metadata: {},
    graph: { name: "", inputs: [], outputs: [], initializers: [], nodes: [], ...graph },
  };
}

function bytesTensor(data: Uint8Array): Tensor {
  return { name: "w", type: ElementType.uint8, dims: [data.length], data };
}

/** A file with a graph in a node's attribute in a graph, `levels` times over. */
function tower(levels: number, innermost: number[] = []): Uint8Array {
  let graph = innermost;
  for (let i = 0; i < levels; i++) graph = nested(1, [0x22, 1, 0x41, ...nested(5, [...nested(6, graph), 0xa0, 1, 5])]);
  return Uint8Array.of(8, 9, ...nested(7, graph), 0x42, 2, 0x10, 17);
}

/** A varint by the definition, for numbers of any size. */
function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function nested(field: number, bytes: number[]): number[] {
  return [field * 8 + 2, ...varint(bytes.length), ...bytes];
}

// Models of every form, small.

const word = fc.string({ unit: "grapheme", maxLength: 6 });
const doc = { doc: word };
const optional = { requiredKeys: [] as [] };
const elementTypes = fc.constantFrom(...Object.values(ElementType));
const int = fc.maxSafeInteger();
const float = fc.float();

const tensors: fc.Arbitrary<Tensor> = fc
  .tuple(word, elementTypes, fc.array(fc.nat(3), { maxLength: 3 }), fc.record(doc, optional), fc.nat())
  .map(([name, type, dims, words, salt]) => {
    const size = dims.reduce((n, d) => n * d, elementBytes[type]);
    return {
      name,
      type,
      dims,
      data: Uint8Array.from({ length: size }, (_, i) => Math.imul(salt + i, 2654435761) >>> 24),
      ...words,
    };
  });

const valueInfos: fc.Arbitrary<ValueInfo> = fc
  .tuple(word, elementTypes, fc.array(fc.oneof(fc.maxSafeNat(), word), { maxLength: 3 }), fc.record(doc, optional))
  .map(([name, type, dims, words]) => ({ name, type, dims, ...words }));

const { graph: graphs } = fc.letrec<{ attribute: Attribute; node: Node; graph: Graph }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 3, depthIdentifier: "graph" },
    fc.record({ kind: fc.constant("int" as const), value: int }),
    fc.record({ kind: fc.constant("float" as const), value: float }),
    fc.record({ kind: fc.constant("string" as const), value: word }),
    fc.record({ kind: fc.constant("tensor" as const), value: tensors }),
    fc.record({ kind: fc.constant("floats" as const), value: fc.array(float, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("ints" as const), value: fc.array(int, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("strings" as const), value: fc.array(word, { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("graph" as const), value: tie("graph") }),
  ),
  node: fc
    .tuple(
      fc.record({
        name: word,
        op: fc.string({ minLength: 1, maxLength: 6 }),
        domain: word,
        inputs: fc.array(word, { maxLength: 3 }),
        outputs: fc.array(word, { maxLength: 2 }),
        attributes: fc.dictionary(word, tie("attribute"), { maxKeys: 3 }),
      }),
      fc.record(doc, optional),
    )
    .map(([node, words]) => ({ ...node, ...words })),
  graph: fc
    .tuple(
      fc.record({
        name: word,
        inputs: fc.array(valueInfos, { maxLength: 2 }),
        outputs: fc.array(valueInfos, { maxLength: 2 }),
        initializers: fc.array(tensors, { maxLength: 2 }),
        nodes: fc.array(tie("node"), { maxLength: 3, depthIdentifier: "graph" }),
      }),
      fc.record(doc, optional),
    )
    .map(([graph, words]) => ({ ...graph, ...words })),
}));

const models: fc.Arbitrary<Model> = fc
  .tuple(
    fc.record({
      irVersion: fc.integer({ min: 1, max: 12 }),
      opsets: fc.dictionary(word, fc.nat(30), { minKeys: 1, maxKeys: 3 }),
      producer: word,
      producerVersion: word,
      metadata: fc.dictionary(word, word, { maxKeys: 3 }),
      graph: graphs,
    }),
    fc.record(doc, optional),
  )
  .map(([m, words]) => ({ ...m, ...words }));

// Damage.

const hugeVarints = [[255, 255, 255, 255, 15], varint(2 ** 60), varint(-1), Array<number>(12).fill(255)];

const damage = damageOr(
  fc.tuple(fraction, fc.constantFrom(...hugeVarints), fc.nat(1)).map(
    ([x, put, over]): Damage =>
      (a) =>
        splice(a, at(a, x), over * put.length, put),
  ),
);

/** Which field is broken (as a fraction of all fields), and how. */
const brokenAt = fc.record({
  which: fraction,
  how: fc.oneof(
    fc.constantFrom(3, 4, 6, 7).map((wire) => ({ kind: "wire" as const, wire })),
    fc.constant({ kind: "zero" as const }),
    fc.bigInt({ min: 2n ** 30n, max: 2n ** 64n - 1n }).map((length) => ({ kind: "length" as const, length })),
    fc.constant({ kind: "endless" as const }),
    fc.uint8Array({ maxLength: 8 }).map((after) => ({ kind: "after" as const, after })),
  ),
});

function breakStructure(bytes: Uint8Array, { which, how }: typeof brokenAt extends fc.Arbitrary<infer T> ? T : never) {
  const all = fieldsOf(bytes, "model", 0, bytes.length);
  const fields = how.kind === "length" ? all.filter((f) => f.wire === 2) : all.filter((f) => f.wire !== 5);
  const { tag, value, valueEnd } = fields[Math.floor(which * fields.length)];
  if (how.kind === "wire") return splice(bytes, tag, 1, [(bytes[tag] & ~7) | how.wire]); // groups, and types not in use
  if (how.kind === "zero") return splice(bytes, tag, 1, [0]); // field number 0
  if (how.kind === "length") return splice(bytes, value, valueEnd - value, varint(how.length));
  if (how.kind === "endless") return splice(bytes, value, valueEnd - value, Array(11).fill(255));
  return splice(bytes, bytes.length, 0, [0, ...how.after]);
}

/** The messages inside each message by field number, from onnx.proto; what is not listed is no message. */
const inside: Record<string, Record<number, string>> = {
  model: { 7: "graph", 8: "opset", 14: "entry" },
  graph: { 1: "node", 5: "tensor", 11: "value", 12: "value" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph" },
  value: { 2: "type" },
  type: { 1: "tensorType" },
  tensorType: { 2: "shape" },
  shape: { 1: "dim" },
};

/** Offsets of every field of a whole file: its tag, and its number or length (`value` up to `valueEnd`). */
function fieldsOf(bytes: Uint8Array, message: string, start: number, end: number) {
  const fields: { tag: number; wire: number; value: number; valueEnd: number }[] = [];
  const number = (from: number): [value: number, end: number] => {
    let [value, i] = [0, from];
    for (; bytes[i] > 127; i++) value += (bytes[i] & 127) * 2 ** (7 * (i - from));
    return [value + bytes[i] * 2 ** (7 * (i - from)), i + 1];
  };
  for (let tag = start; tag < end; ) {
    const [key, value] = number(tag);
    const wire = key % 8;
    const [length, valueEnd] = wire === 5 ? [0, value + 4] : number(value);
    fields.push({ tag, wire, value, valueEnd });
    const kind = inside[message]?.[Math.floor(key / 8)];
    if (kind !== undefined) fields.push(...fieldsOf(bytes, kind, valueEnd, valueEnd + length));
    tag = wire === 2 ? valueEnd + length : valueEnd;
  }
  return fields;
}
