import { attributeType, elementBytes, field } from "./encode.ts";
import type { Node, Tensor, ValueInfo } from "./model.ts";
import { type Attribute, type Dim, ElementType, type Graph, type Model } from "./model.ts";
import { type Message, openMessage, quote, Wire } from "./protobuf.ts";

/**
 * The model in the bytes of an ONNX file. Constants may be raw bytes or typed lists; fields that Helmholtz has no use for
 * are skipped. Raw constants are views of `bytes`, not copies, so the bytes must not change afterwards.
 * @param where names the file in errors
 * @throws FileError with the byte offset if the file is damaged, keeps constants in another file, or holds what model.ts
 *   cannot say (half floats, sparse tensors, functions)
 */
export function decodeModel(bytes: Uint8Array, where = "ONNX file"): Model {
  const m = openMessage(bytes, where);
  let [irVersion, producer, producerVersion] = [0, "", ""];
  let doc: string | undefined;
  let graph: Graph | undefined;
  const opsets: Record<string, number> = Object.create(null);
  const metadata: Record<string, string> = Object.create(null);
  while (m.next()) {
    if (m.field === field.model.irVersion) irVersion = m.int();
    else if (m.field === field.model.producer) producer = m.text();
    else if (m.field === field.model.producerVersion) producerVersion = m.text();
    else if (m.field === field.model.doc) doc = m.text();
    else if (m.field === field.model.graph) graph = readGraph(m.only(graph));
    else if (m.field === field.model.opset)
      readEntry(m, opsets, field.opset.domain, field.opset.version, (v) => v.int());
    else if (m.field === field.model.metadata)
      readEntry(m, metadata, field.entry.key, field.entry.value, (v) => v.text());
    else if (m.field === field.model.functions) m.refuse("a model without functions of its own", "one", inlined);
  }
  if (irVersion < 1) m.refuse("an ONNX model with an IR version of 1 or more", `version ${irVersion}`);
  if (graph === undefined) return m.refuse("an ONNX model with a graph", "none");
  if (Object.keys(opsets).length === 0) m.refuse("an ONNX model that imports an operator set", "none");
  return { irVersion, opsets, producer, producerVersion, ...(doc !== undefined && { doc }), metadata, graph };
}

const inlined = "inline the functions before saving the model";

/** Reads a key–value message into `record`. Keys must differ, or one value would be lost unseen. */
function readEntry<V>(
  m: Message,
  record: Record<string, V>,
  keyField: number,
  valueField: number,
  read: (m: Message) => V,
) {
  const entry = m.message();
  let key = "";
  let value: V | undefined;
  while (entry.next()) {
    if (entry.field === keyField) key = entry.text();
    else if (entry.field === valueField) value = read(entry);
  }
  if (value === undefined) return m.refuse(`a value for key ${quote(key)}`, "none");
  if (key in record) m.refuse("keys that differ", `${quote(key)} again`);
  record[key] = value;
}

function readGraph(m: Message): Graph {
  let name = "";
  let doc: string | undefined;
  const [inputs, outputs]: ValueInfo[][] = [[], []];
  const initializers: Tensor[] = [];
  const nodes: Node[] = [];
  while (m.next()) {
    if (m.field === field.graph.node) nodes.push(readNode(m.message()));
    else if (m.field === field.graph.name) name = m.text();
    else if (m.field === field.graph.initializer) initializers.push(readTensor(m.message()));
    else if (m.field === field.graph.doc) doc = m.text();
    else if (m.field === field.graph.input) inputs.push(readValueInfo(m.message()));
    else if (m.field === field.graph.output) outputs.push(readValueInfo(m.message()));
    else if (m.field === field.graph.sparseInitializer) m.refuse("dense constants", "a sparse one", "make it dense");
  }
  return { name, ...(doc !== undefined && { doc }), inputs, outputs, initializers, nodes };
}

function readNode(m: Message): Node {
  let [name, op, domain] = ["", "", ""];
  let doc: string | undefined;
  const [inputs, outputs]: string[][] = [[], []];
  const attributes: Record<string, Attribute> = Object.create(null);
  while (m.next()) {
    if (m.field === field.node.input) inputs.push(m.text());
    else if (m.field === field.node.output) outputs.push(m.text());
    else if (m.field === field.node.name) name = m.text();
    else if (m.field === field.node.op) op = m.text();
    else if (m.field === field.node.attribute) readAttribute(m.message(), attributes);
    else if (m.field === field.node.doc) doc = m.text();
    else if (m.field === field.node.domain) domain = m.text();
  }
  if (op === "") m.refuse(`an operator for node ${quote(name)}`, "none");
  return { name, op, domain, inputs, outputs, attributes, ...(doc !== undefined && { doc }) };
}

function readAttribute(m: Message, attributes: Record<string, Attribute>): void {
  let [name, type] = ["", 0];
  let [float, int, string] = [0, 0, ""]; // a writer may leave out a value that is the default
  let tensor: Tensor | undefined;
  let graph: Graph | undefined;
  const [floats, ints]: number[][] = [[], []];
  const strings: string[] = [];
  while (m.next()) {
    if (m.field === field.attribute.name) name = m.text();
    else if (m.field === field.attribute.type) type = m.int();
    else if (m.field === field.attributeValue.float) float = m.float();
    else if (m.field === field.attributeValue.int) int = m.int();
    else if (m.field === field.attributeValue.string) string = m.text();
    else if (m.field === field.attributeValue.tensor) tensor = readTensor(m.only(tensor));
    else if (m.field === field.attributeValue.graph) graph = readGraph(m.only(graph));
    else if (m.field === field.attributeValue.floats) m.each(Wire.four, (at) => floats.push(m.floatAt(at)));
    else if (m.field === field.attributeValue.ints) m.each(Wire.varint, (at) => ints.push(m.intAt(at)));
    else if (m.field === field.attributeValue.strings) strings.push(m.text());
    else if (m.field === field.attribute.reference) m.refuse("an attribute with a value", "a reference", inlined);
  }
  if (name in attributes) m.refuse("attributes whose names differ", `${quote(name)} again`);
  const missing = (): never => m.refuse(`a value for attribute ${quote(name)}`, "none");
  if (type === attributeType.float) attributes[name] = { kind: "float", value: float };
  else if (type === attributeType.int) attributes[name] = { kind: "int", value: int };
  else if (type === attributeType.string) attributes[name] = { kind: "string", value: string };
  else if (type === attributeType.tensor) attributes[name] = { kind: "tensor", value: tensor ?? missing() };
  else if (type === attributeType.graph) attributes[name] = { kind: "graph", value: graph ?? missing() };
  else if (type === attributeType.floats) attributes[name] = { kind: "floats", value: floats };
  else if (type === attributeType.ints) attributes[name] = { kind: "ints", value: ints };
  else if (type === attributeType.strings) attributes[name] = { kind: "strings", value: strings };
  else m.refuse(`attribute ${quote(name)} of type 1 to 8`, `type ${type}`, "use numbers, strings, a tensor or a graph");
}

function readValueInfo(m: Message): ValueInfo {
  let name = "";
  let doc: string | undefined;
  let type: { type: ElementType; dims: Dim[] } | undefined;
  while (m.next()) {
    if (m.field === field.value.name) name = m.text();
    else if (m.field === field.value.type) type = readTensorType(m.only(type));
    else if (m.field === field.value.doc) doc = m.text();
  }
  if (type === undefined)
    return m.refuse(`a type and shape for ${quote(name)}`, "none", "run ONNX shape inference on it");
  return { name, ...type, ...(doc !== undefined && { doc }) };
}

function readTensorType(m: Message): { type: ElementType; dims: Dim[] } {
  let type: ElementType | undefined;
  let dims: Dim[] | undefined;
  while (m.next()) {
    if (m.field !== field.type.tensor) continue;
    for (const t = m.message(); t.next(); ) {
      if (t.field === field.tensorType.element) type = elementType(t);
      else if (t.field === field.tensorType.shape) dims = readDims(t.only(dims));
    }
  }
  if (type === undefined)
    return m.refuse("a tensor with an element type", "none", "use tensors, not sequences or maps");
  if (dims === undefined) return m.refuse("a tensor with a shape", "none", "run ONNX shape inference on the model");
  return { type, dims };
}

function readDims(m: Message): Dim[] {
  const dims: Dim[] = [];
  while (m.next()) {
    if (m.field !== field.shape.dim) continue;
    let dim: Dim = ""; // with neither size nor name: any size
    for (const d = m.message(); d.next(); ) {
      if (d.field === field.dim.size) dim = d.size();
      else if (d.field === field.dim.name) dim = d.text();
    }
    dims.push(dim);
  }
  return dims;
}

function elementType(m: Message): ElementType {
  const type = m.int();
  if (type in elementBytes) return type as ElementType;
  const known = Object.entries(ElementType).map(([name, number]) => `${name} (${number})`);
  return m.refuse(`elements of type ${known.join(", ")}`, `type ${type}`, "convert the tensor to one of these");
}

/** The typed list that holds a type's elements where they are not raw bytes; small integers share one. */
function listOf(type: ElementType): { readonly number: number; readonly name: string } {
  if (type === ElementType.float) return { number: field.tensorData.floats, name: "float_data" };
  if (type === ElementType.double) return { number: field.tensorData.doubles, name: "double_data" };
  if (type === ElementType.int64) return { number: field.tensorData.int64s, name: "int64_data" };
  return { number: field.tensorData.int32s, name: "int32_data" };
}

const listWire: { readonly [number: number]: Wire } = {
  [field.tensorData.floats]: 5,
  [field.tensorData.doubles]: 1,
  [field.tensorData.int64s]: 0,
  [field.tensorData.int32s]: 0,
};

/** Reads a constant. Its elements are counted against its shape before memory is taken for them. */
function readTensor(m: Message): Tensor {
  let name = "";
  let doc: string | undefined;
  let type: ElementType | undefined;
  let raw: Uint8Array | undefined;
  const dims: number[] = [];
  const listed = new Map<number, number>(); // elements by list field
  while (m.next()) {
    const number = m.field;
    if (number === field.tensor.dims) m.each(Wire.varint, (at) => dims.push(m.sizeAt(at)));
    else if (number === field.tensor.type) type = elementType(m);
    else if (number === field.tensor.name) name = m.text();
    else if (number === field.tensorData.raw) raw = m.bytes();
    else if (number === field.tensor.doc) doc = m.text();
    else if (number === field.tensor.external) m.refuse("constants inside the file", "one in another file", inside);
    else if (number === field.tensor.location && m.int() !== 0)
      m.refuse("constants inside the file", "one in another file", inside);
    else if (number === field.tensor.segment) m.refuse("whole constants", "a segment of one", inside);
    else if (number in listWire) m.each(listWire[number], () => listed.set(number, (listed.get(number) ?? 0) + 1));
  }
  const whose = `tensor ${quote(name)}`;
  if (type === undefined) return m.refuse(`an element type for ${whose}`, "none");
  const elements = dims.includes(0) ? 0 : dims.reduce((n, d) => n * d, 1);
  const size = elements * elementBytes[type];
  const expected = `${size} bytes for ${whose} of shape (${dims.slice(0, 8).join(", ")}${dims.length > 8 ? ", …" : ""})`;
  if (raw !== undefined) {
    if (listed.size > 0) m.refuse(`the elements of ${whose} once`, "raw bytes and a list of them");
    if (raw.length !== size) m.refuse(expected, `${raw.length}`);
    return { name, type, dims, data: raw, ...(doc !== undefined && { doc }) };
  }
  const list = listOf(type);
  const count = listed.get(list.number) ?? 0;
  if (listed.size > (count > 0 ? 1 : 0)) m.refuse(`the elements of ${whose} in ${list.name}`, "some in another list");
  if (count !== elements) m.refuse(expected, `${count * elementBytes[type]}`);
  return { name, type, dims, data: readList(m, type, list.number, elements), ...(doc !== undefined && { doc }) };
}

const inside = "save the model again with its weights inside the file";

/** The elements of a typed list as raw little-endian bytes. */
function readList(m: Message, type: ElementType, list: number, elements: number): Uint8Array {
  const data = new Uint8Array(elements * elementBytes[type]);
  const view = new DataView(data.buffer);
  let i = 0;
  const put = (at: number): void => {
    if (type === ElementType.float) view.setFloat32(4 * i, m.floatAt(at), true);
    else if (type === ElementType.double) view.setFloat64(8 * i, m.doubleAt(at), true);
    else if (type === ElementType.int64) view.setBigInt64(8 * i, m.bigAt(at), true);
    else if (type === ElementType.int32) view.setInt32(4 * i, Number(BigInt.asIntN(32, m.bigAt(at))), true);
    else {
      const [value, most] = [m.intAt(at), type === ElementType.bool ? 1 : 255];
      if (value < 0 || value > most) m.refuse(`elements from 0 to ${most}`, String(value));
      data[i] = value;
    }
    i++;
  };
  for (m.rewind(); m.next(); ) if (m.field === list) m.each(listWire[list], put);
  return data;
}
