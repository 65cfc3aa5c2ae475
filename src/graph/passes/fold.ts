import { sizeOf } from "../../base/shape.ts";
import { interpret } from "../interpret.ts";
import { constant } from "../leaves.ts";
import { type Pass, rewrite } from "./rewrite.ts";

/** Largest result, in elements, that is computed ahead: a repeated constant costs less to repeat than to store. */
const LARGEST = 4096;

/** Computes what depends on constants alone, once and in float64, instead of at every run. Repetition is left to be dropped or done. */
export const fold: Pass = {
  name: "fold",
  run: (values) =>
    rewrite(values, (node) => {
      if (node.leaf || node.op.name === "Expand" || !node.inputs.every((v) => v.node.leaf?.kind === "constant"))
        return undefined;
      if (node.outputs.some((v) => v.dtype !== "f32" || sizeOf(v.shape) > LARGEST)) return undefined;
      return interpret(node.outputs).map((t, i) => constant(t.data, node.outputs[i].shape));
    }),
};
