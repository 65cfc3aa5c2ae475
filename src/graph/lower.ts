import { ShapeError } from "../base/errors.ts";
import { type Axis, dimsOf, type Shape } from "../base/shape.ts";
import {
  type Attribute,
  ElementType,
  type Graph,
  type Model,
  type Node as OnnxNode,
  type Tensor,
  type ValueInfo,
} from "../onnx/model.ts";
import { leafName } from "./leaves.ts";
import type { Lowering } from "./op.ts";
import { type Attributes, type Node, reachable, type Value } from "./value.ts";

/** The one operator set that all graphs use: old enough for every reader in wide use, new enough for what is needed. */
export const OPSET = 17;
export const IR_VERSION = 8;

/** An output of the model to be: what it is called, and which value it is. */
export interface Wanted {
  readonly name: string;
  readonly value: Value;
  readonly doc: string | undefined;
}

/**
 * Emits the ONNX model that computes the wanted values from the leaves.
 * @param freeAxes names of axes that are declared by name instead of size
 * @throws ShapeError if an op has the size of a free axis built in
 */
export function lower(
  { name, doc = "" }: { readonly name: string; readonly doc?: string },
  leaves: readonly Value[],
  wanted: readonly Wanted[],
  freeAxes: readonly string[],
): Model {
  const g = new GraphBuilder();
  const names = new Map<Value, string>(leaves.map((v) => [v, g.claim(leafName(v))]));
  for (const w of wanted) g.claim(w.name);
  for (const node of reachable(wanted.map((w) => w.value))) {
    if (node.leaf?.kind === "constant") {
      const [v] = node.outputs;
      names.set(v, g.constant(node.leaf.data, dimsOf(v.shape), node.leaf.name));
    } else if (!node.leaf) {
      refuseBuiltIn(node, freeAxes);
      g.path = node.path;
      const inputs = node.inputs.map((v) => names.get(v)!);
      node.op.onnx(g, inputs, node).forEach((made, i) => void names.set(node.outputs[i], made));
    }
  }
  g.path = "";
  const nodes = g.finish(wanted.map((w) => [names.get(w.value)!, w.name]));
  const graph: Graph = {
    name,
    doc,
    inputs: leaves.map((v) => valueInfo(leafName(v), v, docOf(v), freeAxes)),
    outputs: wanted.map((w) => valueInfo(w.name, w.value, w.doc ?? "", freeAxes)),
    initializers: g.initializers,
    nodes,
  };
  return modelOf(graph, doc);
}

/** A model around a graph. */
export function modelOf(graph: Graph, doc = "", metadata: Readonly<Record<string, string>> = {}): Model {
  return {
    irVersion: IR_VERSION,
    opsets: Object.fromEntries([["", OPSET], ...[...domainsOf(graph)].map((d) => [d, 1] as const)]),
    producer: "helmholtz",
    producerVersion: "",
    doc,
    metadata,
    graph,
  };
}

/** Operator domains besides ONNX's own that a graph uses, subgraphs included. */
function domainsOf(graph: Graph): Set<string> {
  const own = graph.nodes.flatMap((n) => (n.domain ? [n.domain] : []));
  const inner = graph.nodes.flatMap((n) =>
    Object.values(n.attributes).flatMap((a) => (a.kind === "graph" ? [...domainsOf(a.value)] : [])),
  );
  return new Set([...own, ...inner]);
}

function valueInfo(name: string, { shape, dtype }: Value, doc: string, freeAxes: readonly string[]): ValueInfo {
  const dims = shape.map((a) => (freeAxes.includes(a.name) ? a.name : a.size));
  const axes = shape.map((a, i) => (a.name && dims[i] !== a.name ? `${a.name}=${a.size}` : String(dims[i])));
  const type = dtype === "f32" ? ElementType.float : ElementType.bool;
  return { name, type, dims, doc: [doc, `(${axes.join(", ")})`].filter(Boolean).join(" ") };
}

/** Reshape and Expand carry sizes, and so does Split into unequal parts; where one belongs to a free axis, the graph works for that size alone. */
function refuseBuiltIn({ op, inputs, attributes, path }: Node, freeAxes: readonly string[]): void {
  const carried = Object.values(attributes).flatMap((a) => (Array.isArray(a) ? (a as (number | Axis)[]) : []));
  const cut = op.name === "Split" ? unequal(inputs[0].shape, attributes) : [];
  const built = [...carried, ...cut].find((a): a is Axis => typeof a === "object" && freeAxes.includes(a.name));
  if (!built) return;
  throw new ShapeError({
    where: `${op.name} in ${path || "the graph"}`,
    expected: `an op that works for any size of axis "${built.name}"`,
    got: `one with the size ${built.size} built in`,
    fix: "export with a fixed size, or write the model without reshaping or cutting this axis",
  });
}

/** The axis that is cut into parts of several sizes, if any. */
function unequal(s: Shape, attributes: Attributes): readonly Axis[] {
  const sizes = attributes["sizes"] as readonly number[];
  return sizes.every((n) => n === sizes[0]) ? [] : [s[attributes["axis"] as number]];
}

function docOf(v: Value): string {
  const { leaf } = v.node;
  if (leaf?.kind === "input") return leaf.doc;
  if (leaf?.kind === "noise")
    return leaf.distribution === "normal" ? "standard normal noise" : "uniform noise in (0, 1)";
  return "";
}

/** Collects nodes and constants, giving each a name of its own. */
class GraphBuilder implements Lowering {
  path = "";
  readonly initializers: Tensor[] = [];
  private readonly made: OnnxNode[] = [];
  private readonly taken = new Set<string>();
  private readonly counts = new Map<string, number>();
  private readonly shared = new Map<string, string>();
  /** What was emitted already: lowerings of several ops may need the same step, as the flipped kernel of a convolution. */
  private readonly emitted = new Map<string, string[]>();

  /** Reserves a name. */
  claim(name: string): string {
    this.taken.add(name);
    return name;
  }

  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, domain = ""): string {
    return this.nodes(op, inputs, 1, attributes, domain)[0];
  }

  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, Attribute> = {},
    domain = "",
  ): string[] {
    const key = `${domain} ${op} ${inputs.join("\n")} ${outputs} ${JSON.stringify(attributes)}`;
    const known = this.emitted.get(key);
    if (known) return known;
    const name = this.fresh(this.path ? `${this.path}/${op}` : op);
    const names = outputs === 1 ? [name] : Array.from({ length: outputs }, (_, i) => this.fresh(`${name}:${i}`));
    this.made.push({ name, op, domain, inputs, outputs: names, attributes });
    this.emitted.set(key, names);
    return names;
  }

  ints(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.once(`ints [${values}]`, ElementType.int64, [values.length], data);
  }

  scalar(value: number): string {
    return this.once(`${value}`, ElementType.float, [], Float32Array.of(value));
  }

  constant(data: Float64Array, dims: readonly number[], name?: string): string {
    if (name) return this.add(this.claim(name), ElementType.float, dims, Float32Array.from(data));
    if (data.length === 1 && dims.length === 0) return this.scalar(data[0]);
    return this.add(this.fresh("constant"), ElementType.float, dims, Float32Array.from(data));
  }

  /** Gives outputs their final names; a name that cannot move (a leaf, or wanted twice) is copied by Identity. */
  finish(finals: readonly (readonly [made: string, final: string])[]): OnnxNode[] {
    const produced = new Set(this.made.flatMap((n) => n.outputs));
    const renamed = new Map<string, string>();
    for (const [made, final] of finals) {
      if (produced.has(made) && !renamed.has(made)) renamed.set(made, final);
      else
        this.made.push({ name: final, op: "Identity", domain: "", inputs: [made], outputs: [final], attributes: {} });
    }
    const now = (name: string): string => renamed.get(name) ?? name;
    return this.made.map((n) => ({
      ...n,
      inputs: n.inputs.map(now),
      outputs: n.outputs.map((o) => (produced.has(o) ? now(o) : o)),
    }));
  }

  private once(key: string, type: ElementType, dims: readonly number[], data: ArrayBufferView): string {
    const known = this.shared.get(key) ?? this.add(this.fresh(key), type, dims, data);
    this.shared.set(key, known);
    return known;
  }

  private add(name: string, type: ElementType, dims: readonly number[], data: ArrayBufferView): string {
    this.initializers.push({ name, type, dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
    return name;
  }

  private fresh(base: string): string {
    for (;;) {
      const n = (this.counts.get(base) ?? 0) + 1;
      this.counts.set(base, n);
      const name = n === 1 ? base : `${base}_${n}`;
      if (!this.taken.has(name)) return this.claim(name);
    }
  }
}
