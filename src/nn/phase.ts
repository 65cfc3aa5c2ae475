import type { Value } from "../graph/value.ts";

/**
 * What a layer does that behaves in one way while a model learns and in another when it is used. "evaluation": it reads its running
 * statistics. `VariableUpdates`: it uses the batch's own statistics and notes here what the running ones become.
 */
export type Phase = "evaluation" | VariableUpdates;

/** Collects the next values of variables that layers change, while a training graph is built. */
export interface VariableUpdates {
  /** What the variable holds at this point of the graph: a layer that is applied twice continues where it left off. */
  now(variable: Value): Value;
  set(variable: Value, next: Value): void;
  /** Each changed variable with its value after the run, for `Program.updates`. */
  readonly pairs: readonly (readonly [variable: Value, next: Value])[];
}

/** An empty collection, for one training graph. Drop it unread where the running statistics shall stay as they are. */
export function variableUpdates(): VariableUpdates {
  const next = new Map<Value, Value>();
  return {
    now: (variable) => next.get(variable) ?? variable,
    set: (variable, value) => void next.set(variable, value),
    get pairs() {
      return [...next];
    },
  };
}
