import { readFileSync } from "node:fs";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { decodeModel } from "./decode.ts";
import { encodeModel } from "./encode.ts";
import { type Attribute, type Dim, ElementType, type Graph, type Model, type Node, type ValueInfo } from "./model.ts";

describe("ONNX Runtime runs what is written", () => {
  test("a leaky relu of x·W + b has the numbers worked out by hand", async () => {
    const file = encodeModel(
      model({
        nodes: [
          node("MatMul", ["x", "W"], ["xW"]),
          node("Add", ["xW", "b"], ["sum"]),
          node("LeakyRelu", ["sum"], ["y"], { alpha: { kind: "float", value: 0.5 } }),
        ],
        initializers: [floats("W", [2, 3], [1, 2, 3, 4, 5, 6]), floats("b", [3], [0, -100, 0.5])],
        inputs: [value("x", [1, 2])],
        outputs: [value("y", [1, 3])],
      }),
    );
    const session = await InferenceSession.create(file);
    const { y } = await session.run({ x: new OrtTensor("float32", [10, 1], [1, 2]) });
    expect([...(y.data as Float32Array)]).toEqual([14, -37.5, 36.5]); // 10·(1 2 3) + (4 5 6) + b, negatives halved
  });

  test("a named axis takes any size", async () => {
    const file = encodeModel(
      model({
        nodes: [node("ReduceSum", ["x", "axes"], ["y"], { keepdims: { kind: "int", value: 0 } })],
        initializers: [ints("axes", [1], [-1n])],
        inputs: [value("x", ["batch", 3])],
        outputs: [value("y", ["batch"])],
      }),
    );
    const session = await InferenceSession.create(file);
    for (const batch of [1, 4]) {
      const x = Float32Array.from({ length: 3 * batch }, (_, i) => i);
      const { y } = await session.run({ x: new OrtTensor("float32", x, [batch, 3]) });
      expect(y.dims).toEqual([batch]);
      expect([...(y.data as Float32Array)]).toEqual(Array.from({ length: batch }, (_, i) => 9 * i + 3));
    }
  });

  test("a Loop multiplies by 1 + w three times", async () => {
    const body: Graph = {
      name: "step",
      nodes: [
        node("Mul", ["s", "w"], ["grown"]), // w is found in the graph around
        node("Add", ["s", "grown"], ["s_out"]),
        node("Identity", ["on"], ["on_out"]),
      ],
      initializers: [],
      inputs: [value("i", [], ElementType.int64), value("on", [], ElementType.bool), value("s", ["batch", 2])],
      outputs: [value("on_out", [], ElementType.bool), value("s_out", ["batch", 2])],
    };
    const file = encodeModel(
      model({
        nodes: [node("Loop", ["three", "", "x"], ["y"], { body: { kind: "graph", value: body } })],
        initializers: [ints("three", [], [3n]), floats("w", [2], [0.5, 1])],
        inputs: [value("x", ["batch", 2])],
        outputs: [value("y", ["batch", 2])],
      }),
    );
    const session = await InferenceSession.create(file);
    const { y } = await session.run({ x: new OrtTensor("float32", [1, 1, 8, -1], [2, 2]) });
    expect([...(y.data as Float32Array)]).toEqual([3.375, 8, 27, -8]);
  });
});

describe("the bytes", () => {
  test("equal those of the reference library for a model with every kind of attribute", () => {
    const reference = readFileSync("test/fixtures/plain.onnx");
    expect(Buffer.from(encodeModel(decodeModel(reference))).toString("hex")).toBe(reference.toString("hex"));
  });

  test("of a small model are these", () => {
    const small: Model = {
      irVersion: 9,
      opsets: { "": 300 },
      producer: "",
      producerVersion: "",
      metadata: {},
      graph: {
        name: "g",
        inputs: [],
        outputs: [],
        initializers: [],
        nodes: [node("A", ["", "x"], [], { k: { kind: "int", value: -1 } })],
      },
    };
    const bytes = [
      ...[0x08, 9], //                                        1: IR version
      ...[0x3a, 0x20, 0x0a, 0x1b], //                         7: graph of 32 bytes; in it 1: node of 27
      ...[0x0a, 0, 0x0a, 1, 0x78, 0x22, 1, 0x41], //          1: inputs "" and "x", 4: operator "A"
      ...[0x2a, 0x11, 0x0a, 1, 0x6b, 0x18], //                5: attribute of 17 bytes; in it 1: name "k", 3: value
      ...[255, 255, 255, 255, 255, 255, 255, 255, 255, 1], // −1 as 64 bits
      ...[0xa0, 1, 2], //                                    20: attribute type 2, an int
      ...[0x12, 1, 0x67], //                                  2: the graph's name "g"
      ...[0x42, 3, 0x10, 0xac, 2], //                         8: operator set of 3 bytes; in it 2: version 300
    ];
    expect([...encodeModel(small)]).toEqual(bytes);
  });

  test("come out whole and at once for a 10 MB constant and 10,000 nodes", () => {
    const large = model({
      nodes: Array.from({ length: 10_000 }, (_, i) => node("Relu", [`v${i}`], [`v${i + 1}`], {}, `layer ${i}`)),
      initializers: [floats("w", [2_621_440], new Float32Array(2_621_440).fill(0.5))],
    });
    const before = performance.now();
    const file = encodeModel(large);
    expect(performance.now() - before).toBeLessThan(20_000); // about 50 ms; a writer that is quadratic needs minutes
    const { graph } = decodeModel(file);
    expect(graph.nodes).toEqual(large.graph.nodes);
    expect(Buffer.compare(graph.initializers[0].data, large.graph.initializers[0].data)).toBe(0);
  });

  test("stay right where a message outgrows the room left for its length", () => {
    for (const length of [100, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152]) {
      const long = model({ doc: "d".repeat(length), initializers: [floats("w", [1], [1], "e".repeat(length))] });
      expect(decodeModel(encodeModel(long))).toEqual(long);
    }
  });
});

describe("a model that is not one is our defect", () => {
  test("bytes that disagree with the shape", () => {
    const wrong = { ...floats("w", [2], [1, 2]), dims: [3] };
    expect(() => encodeModel(model({ initializers: [wrong] }))).toThrow(/^internal: tensor "w".*8 bytes, not 12/);
  });

  test("a fraction for a whole number", () => {
    const wrong = node("A", [], [], { axis: { kind: "int", value: 0.5 } });
    expect(() => encodeModel(model({ nodes: [wrong] }))).toThrow(/^internal: .*not 0.5/);
  });
});

function model(graph: Partial<Graph>): Model {
  return {
    irVersion: 9,
    opsets: { "": 17 },
    producer: "test",
    producerVersion: "1",
    metadata: {},
    graph: { name: "test", inputs: [], outputs: [], initializers: [], nodes: [], ...graph },
  };
}

function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  name = "",
): Node {
  return { name, op, domain: "", inputs, outputs, attributes };
}

function value(name: string, dims: readonly Dim[], type: ElementType = ElementType.float): ValueInfo {
  return { name, type, dims };
}

function floats(name: string, dims: readonly number[], values: ArrayLike<number>, doc?: string) {
  const data = new Uint8Array(Float32Array.from(values).buffer);
  return { name, type: ElementType.float, dims, data, ...(doc !== undefined && { doc }) };
}

function ints(name: string, dims: readonly number[], values: readonly bigint[]) {
  return { name, type: ElementType.int64, dims, data: new Uint8Array(BigInt64Array.from(values).buffer) };
}
