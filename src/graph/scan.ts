import { type Axis, dimsOf } from "../base/shape.ts";
import { ElementType, type Graph, type Model, type Node, type ValueInfo } from "../onnx/model.ts";
import type { Compiled, Port } from "./compile.ts";
import { modelOf } from "./lower.ts";

/** The name of the axis along which successive steps are stacked; its size is chosen at every run. */
export const STEPS = "steps";

/** What a program without inputs is fed instead, and ignores: Scan counts its steps by an input. */
export const COUNTER: Port = { name: "step", shape: [], dtype: "f32" };

/**
 * A model that runs a program several times in one call, with ONNX's Scan: the variables travel from one step to the next inside the
 * runtime, so their cost of crossing into JavaScript is paid once a call instead of once a step. Inputs and noise
 * gain a leading axis "steps", and so do the outputs.
 */
export function scanModel({ name, model, inputs, noise, variables, outputs }: Compiled): Model {
  const ports = [...inputs, ...noise];
  const fed = ports.length > 0 ? ports : [COUNTER];
  const kept = variables.filter((v) => v.next);
  const constant = variables.filter((v) => !v.next);
  const find = (list: readonly ValueInfo[], wanted: string): ValueInfo | undefined =>
    list.find((v) => v.name === wanted);

  const body: Graph = {
    ...model.graph,
    name: `${name} step`,
    inputs: [...kept, ...fed].map((p) => find(model.graph.inputs, p.name) ?? port(p.name, p)),
    outputs: [...kept.map((v) => v.next!), ...outputs.map((p) => p.name)].map((n) => find(model.graph.outputs, n)!),
  };
  // Names inside the body must not repeat outside it, except those of the unchanged variables, which it reads from there.
  const outer = (p: string): string => `${p}/all`;
  const scan: Node = {
    name: "steps",
    op: "Scan",
    domain: "",
    inputs: [...kept, ...fed].map((p) => outer(p.name)),
    outputs: [...kept.map((v) => outer(v.next!)), ...outputs.map((p) => outer(p.name))],
    attributes: { body: { kind: "graph", value: body }, num_scan_inputs: { kind: "int", value: fed.length } },
  };
  const graph: Graph = {
    name,
    inputs: [
      ...constant.map((v) => port(v.name, v)),
      ...kept.map((v) => port(outer(v.name), v)),
      ...fed.map((p) => port(outer(p.name), p, STEPS)),
    ],
    outputs: [...kept.map((v) => port(outer(v.next!), v)), ...outputs.map((p) => port(outer(p.name), p, STEPS))],
    initializers: [],
    nodes: [scan],
  };
  return modelOf(graph, model.doc);
}

function port(name: string, p: Port & { shape: readonly Axis[] }, ...lead: string[]): ValueInfo {
  return { name, type: p.dtype === "f32" ? ElementType.float : ElementType.bool, dims: [...lead, ...dimsOf(p.shape)] };
}
