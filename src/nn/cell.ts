import type { Axis, Shape } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { full } from "../graph/ops/broadcast.ts";
import { stopGradient } from "../graph/ops/stop-gradient.ts";
import type { Value } from "../graph/value.ts";
import { initializers } from "./initializers.ts";

/** What recurrent cells carry from one step to the next, by name ("encoder/h"). */
export type CellState = Readonly<Record<string, Value>>;

/** One step of a recurrence. */
export interface Cell {
  readonly variables: readonly Value[];
  /** Shapes of what is carried, without the batch axis, by name. */
  readonly states: Readonly<Record<string, Shape>>;
  /** From an input (batch, …) and the state before to the output and the state after. */
  step(x: Value, state: CellState): { readonly output: Value; readonly state: CellState };
}

/** A state of zeros for a batch. */
export function zeroState(cell: Cell, batch: Axis): CellState {
  return mapState(cell, (s) => full([batch, ...s], 0));
}

/**
 * A state that a session keeps between runs, in variables of the states' names that start at 0: for one step a run, or for long sequences
 * in pieces, with gradients that end at each piece's beginning.
 * @returns the state to start from, and what to give as `Program.updates` for the state that was reached
 */
export function carriedState(
  cell: Cell,
  batch: Axis,
): {
  readonly state: CellState;
  readonly updates: (reached: CellState) => (readonly [variable: Value, next: Value])[];
} {
  const state = mapState(cell, (s, name) => variable(name, [batch, ...s], initializers.zeros()));
  return { state, updates: (reached) => Object.keys(cell.states).map((name) => [state[name], reached[name]] as const) };
}

/** The same state, through which no gradient flows back: back-propagation through time is cut here. */
export function detached(state: CellState): CellState {
  return Object.fromEntries(Object.entries(state).map(([name, v]) => [name, stopGradient(v)]));
}

function mapState(cell: Cell, make: (shape: Shape, name: string) => Value): CellState {
  return Object.fromEntries(Object.entries(cell.states).map(([name, s]) => [name, make(s, name)]));
}
