import { ShapeError } from "../base/errors.ts";
import { sameShape, showShape } from "../base/shape.ts";
import { concat, reshape, split } from "../graph/ops/layout.ts";
import type { Value } from "../graph/value.ts";
import type { Cell, CellState } from "./cell.ts";

/** What a recurrence gave: the output of every step, and the state after the last. */
export interface Unrolled {
  readonly outputs: readonly Value[];
  readonly state: CellState;
}

/**
 * A cell applied step after step, as one graph.
 * @param xs    inputs (batch, …), one a step, or all of them as one tensor (time, batch, …)
 * @param start the state before the first step: `zeroState`, `carriedState`, or `detached` from an earlier piece to cut the gradient there
 * @throws ShapeError if the state lacks a part that the cell carries
 */
export function unroll(cell: Cell, xs: Value | readonly Value[], start: CellState): Unrolled {
  checkState(cell, start);
  const outputs: Value[] = [];
  let state = start;
  for (const x of isList(xs) ? xs : timeSteps(xs)) {
    const next = cell.step(x, state);
    outputs.push(next.output);
    state = next.state;
  }
  return { outputs, state };
}

/** Cells on top of each other, as one: each takes the output of the one before. Their states must have names of their own. */
export function stacked(cells: readonly Cell[]): Cell {
  const parts = cells.flatMap((cell) => Object.entries(cell.states));
  const states = Object.fromEntries(parts);
  if (Object.keys(states).length !== parts.length) {
    throw new ShapeError({
      where: "stacked cells",
      expected: "cells with names of their own",
      got: parts.map(([name]) => name).join(", "),
      fix: "give each cell another name",
    });
  }
  return {
    variables: cells.flatMap((cell) => cell.variables),
    states,
    step: (x, state) => {
      let output = x;
      let reached: CellState = {};
      for (const cell of cells) {
        const next = cell.step(output, state);
        output = next.output;
        reached = { ...reached, ...next.state };
      }
      return { output, state: reached };
    },
  };
}

/** A sequence (time, batch, …) as one value (batch, …) a step. */
export function timeSteps(xs: Value): Value[] {
  const [time, ...rest] = xs.shape;
  return split(xs, 0, time.size).map((x) => reshape(x, rest));
}

/** Values of one shape, one a step, as a sequence (time, …). */
export function stackSteps(steps: readonly Value[]): Value {
  return concat(
    steps.map((x) => reshape(x, [{ name: "time", size: 1 }, ...x.shape])),
    0,
  );
}

const isList = (xs: Value | readonly Value[]): xs is readonly Value[] => Array.isArray(xs);

function checkState(cell: Cell, state: CellState): void {
  for (const [name, shape] of Object.entries(cell.states)) {
    const got = state[name]?.shape;
    if (got && sameShape(got.slice(1), shape)) continue;
    throw new ShapeError({
      where: `state ${name}`,
      expected: `a value (batch, …${showShape(shape)})`,
      got: got ? showShape(got) : `a state of ${Object.keys(state).join(", ") || "nothing"}`,
      fix: "start from zeroState(cell, batch) or carriedState(cell, batch)",
    });
  }
}
