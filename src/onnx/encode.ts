import { internal } from "../base/errors.ts";
import {
  type Attribute,
  ElementType,
  type Graph,
  type Model,
  type Node,
  type Tensor,
  type ValueInfo,
} from "./model.ts";
import { Writer } from "./protobuf.ts";

/**
 * The bytes of an ONNX file: a protobuf ModelProto with its constants inside, as raw little-endian data. The same model
 * gives the same bytes; fields stand in the order of their numbers, as the reference writers put them.
 * @throws Error ("internal: …") if a constant's bytes disagree with its shape, or an integer field holds a fraction
 */
export function encodeModel(model: Model): Uint8Array {
  const out = new Writer(constantBytes(model.graph) + 4096);
  out.int(field.model.irVersion, model.irVersion);
  out.textUnlessEmpty(field.model.producer, model.producer);
  out.textUnlessEmpty(field.model.producerVersion, model.producerVersion);
  if (model.doc !== undefined) out.text(field.model.doc, model.doc);
  out.message(field.model.graph, () => writeGraph(out, model.graph), constantBytes(model.graph));
  for (const [domain, version] of Object.entries(model.opsets)) {
    out.message(field.model.opset, () => {
      out.textUnlessEmpty(field.opset.domain, domain);
      out.int(field.opset.version, version);
    });
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    out.message(field.model.metadata, () => {
      out.text(field.entry.key, key);
      out.text(field.entry.value, value);
    });
  }
  return out.finish();
}

/** Field numbers of onnx.proto by message, for the writer here and the reader in decode.ts. */
export const field = {
  model: { irVersion: 1, producer: 2, producerVersion: 3, doc: 6, graph: 7, opset: 8, metadata: 14, functions: 25 },
  opset: { domain: 1, version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, doc: 10, input: 11, output: 12, sparseInitializer: 15 },
  node: { input: 1, output: 2, name: 3, op: 4, attribute: 5, doc: 6, domain: 7 },
  attribute: { name: 1, type: 20, reference: 21 },
  attributeValue: { float: 2, int: 3, string: 4, tensor: 5, graph: 6, floats: 7, ints: 8, strings: 9 },
  tensor: { dims: 1, type: 2, segment: 3, name: 8, doc: 12, external: 13, location: 14 },
  tensorData: { floats: 4, int32s: 5, int64s: 7, raw: 9, doubles: 10 },
  value: { name: 1, type: 2, doc: 3 },
  type: { tensor: 1 },
  tensorType: { element: 1, shape: 2 },
  shape: { dim: 1 },
  dim: { size: 1, name: 2 },
} as const;

/** AttributeProto.AttributeType of each kind of attribute. */
export const attributeType: { readonly [K in Attribute["kind"]]: number } = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
};

/** Bytes of one element in `Tensor.data`. */
export const elementBytes: { readonly [T in ElementType]: number } = {
  [ElementType.float]: 4,
  [ElementType.uint8]: 1,
  [ElementType.int32]: 4,
  [ElementType.int64]: 8,
  [ElementType.bool]: 1,
  [ElementType.double]: 8,
};

function writeGraph(out: Writer, graph: Graph): void {
  for (const node of graph.nodes) out.message(field.graph.node, () => writeNode(out, node));
  out.textUnlessEmpty(field.graph.name, graph.name);
  for (const tensor of graph.initializers) {
    out.message(field.graph.initializer, () => writeTensor(out, tensor), tensor.data.length);
  }
  if (graph.doc !== undefined) out.text(field.graph.doc, graph.doc);
  for (const input of graph.inputs) out.message(field.graph.input, () => writeValueInfo(out, input));
  for (const output of graph.outputs) out.message(field.graph.output, () => writeValueInfo(out, output));
}

function writeNode(out: Writer, node: Node): void {
  for (const input of node.inputs) out.text(field.node.input, input);
  for (const output of node.outputs) out.text(field.node.output, output);
  out.textUnlessEmpty(field.node.name, node.name);
  out.textUnlessEmpty(field.node.op, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    out.message(field.node.attribute, () => writeAttribute(out, name, attribute));
  }
  if (node.doc !== undefined) out.text(field.node.doc, node.doc);
  out.textUnlessEmpty(field.node.domain, node.domain);
}

function writeAttribute(out: Writer, name: string, attribute: Attribute): void {
  out.text(field.attribute.name, name);
  const number = field.attributeValue[attribute.kind];
  switch (attribute.kind) {
    case "float":
      out.float(number, attribute.value);
      break;
    case "int":
      out.int(number, attribute.value);
      break;
    case "string":
      out.text(number, attribute.value);
      break;
    case "tensor": {
      const tensor = attribute.value;
      out.message(number, () => writeTensor(out, tensor), tensor.data.length);
      break;
    }
    case "graph": {
      const graph = attribute.value;
      out.message(number, () => writeGraph(out, graph), constantBytes(graph));
      break;
    }
    case "floats":
      for (const value of attribute.value) out.float(number, value);
      break;
    case "ints":
      for (const value of attribute.value) out.int(number, value);
      break;
    case "strings":
      for (const value of attribute.value) out.text(number, value);
  }
  out.int(field.attribute.type, attributeType[attribute.kind]);
}

function writeTensor(out: Writer, tensor: Tensor): void {
  const bytes = tensor.dims.reduce((n, d) => n * d, elementBytes[tensor.type]);
  if (bytes !== tensor.data.length) {
    internal(
      `tensor "${tensor.name}" of shape (${tensor.dims.join(", ")}) has ${tensor.data.length} bytes, not ${bytes}`,
    );
  }
  for (const dim of tensor.dims) out.int(field.tensor.dims, dim);
  out.int(field.tensor.type, tensor.type);
  out.textUnlessEmpty(field.tensor.name, tensor.name);
  out.bytes(field.tensorData.raw, tensor.data);
  if (tensor.doc !== undefined) out.text(field.tensor.doc, tensor.doc);
}

function writeValueInfo(out: Writer, info: ValueInfo): void {
  out.textUnlessEmpty(field.value.name, info.name);
  out.message(field.value.type, () => {
    out.message(field.type.tensor, () => {
      out.int(field.tensorType.element, info.type);
      out.message(field.tensorType.shape, () => {
        for (const dim of info.dims) {
          out.message(field.shape.dim, () => {
            if (typeof dim === "number") out.int(field.dim.size, dim);
            else out.textUnlessEmpty(field.dim.name, dim); // a dimension with neither stands for any size
          });
        }
      });
    });
  });
  if (info.doc !== undefined) out.text(field.value.doc, info.doc);
}

function constantBytes(graph: Graph): number {
  return graph.initializers.reduce((n, tensor) => n + tensor.data.length, 0);
}
