import { UsageError } from "../base/errors.ts";
import { axis, type Shape } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { relu, sigmoid } from "../graph/ops/activations.ts";
import { add, mul } from "../graph/ops/arithmetic.ts";
import { concat } from "../graph/ops/layout.ts";
import type { Value } from "../graph/value.ts";
import { dense } from "../nn/dense.ts";
import { filled, type InitializerName } from "../nn/initializers.ts";
import { type VrnnNets, type VrnnNetsOptions, vrnnNets } from "./vrnn-nets.ts";

/**
 * What a layer hears from the layer above. "to-prior": its prior reads the state above instead of its own. Otherwise the state above is
 * joined with its own, for all who read it: "concat": relu(W [h^l, h^{l+1}] + b); "add": h^l + h^{l+1}; "gated-add": h^l + g ⊙ h^{l+1}
 * with g learned from 0.1.
 */
export type TopDown = "to-prior" | "concat" | "add" | "gated-add";

/** One layer of a hierarchical VRNN. */
export interface HvrnnLayer extends VrnnNets {
  /** Shape of what it reads, without rows. */
  readonly input: Shape;
  /** The expected input, from the decoder's output. */
  mean(decoded: Value): Value;
  /** Its state and what it hears from above, as one state (row, hidden). */
  join(own: Value, above: Value): Value;
}

interface LayersOptions extends Omit<VrnnNetsOptions, "input" | "output"> {
  readonly layers: number;
  readonly side: number;
  readonly topDown: TopDown;
}

/** The layers from the bottom up; variables are named "layer<l>/…". @throws UsageError unless there is a whole number of them, 1 or more */
export function hvrnnLayers(options: LayersOptions): HvrnnLayer[] {
  const { layers, side, topDown, hidden, init } = options;
  if (!Number.isInteger(layers) || layers < 1) {
    throw new UsageError({
      where: "layers of the hierarchical VRNN",
      expected: "a whole number, 1 or more",
      got: String(layers),
      fix: "the authors' has 3",
    });
  }
  const found: HvrnnLayer[] = [];
  let input: Shape = [axis("", 1), axis("", side), axis("", side)];
  for (let l = 1; l <= layers; l++) {
    const nets = vrnnNets(`layer${l}/`, { ...options, input, output: l === 1 ? "linear" : "relu" });
    const joint = joinOf(`layer${l}/top-down`, l < layers ? topDown : "to-prior", hidden, init);
    const variables = [...nets.variables, ...joint.variables];
    const mean = l === 1 ? sigmoid : (decoded: Value) => decoded;
    found.push({ ...nets, variables, input, mean, join: joint.join });
    input = nets.maps;
  }
  return found;
}

interface Join {
  readonly variables: readonly Value[];
  join(own: Value, above: Value): Value;
}

function joinOf(name: string, topDown: TopDown, hidden: number, init: InitializerName): Join {
  const H = axis("", hidden);
  switch (topDown) {
    case "to-prior":
      return { variables: [], join: (own) => own };
    case "add":
      return { variables: [], join: (own, above) => add(own, above) };
    case "gated-add": {
      const gate = variable(`${name}/gate`, [H], filled(0.1));
      return { variables: [gate], join: (own, above) => add(own, mul(gate, above)) };
    }
    case "concat": {
      const both = dense(name, { from: axis("", 2 * hidden), to: H, init });
      return { variables: both.variables, join: (own, above) => relu(both(concat([own, above], 1))) };
    }
  }
}
