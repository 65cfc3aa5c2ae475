import { ShapeError } from "./errors.ts";

/** One axis of a tensor: its size, and a name ("batch", "pixel") or "" where none was given. */
export interface Axis {
  readonly name: string;
  readonly size: number;
}

/** The axes of a tensor, outermost first. `[]` is a scalar. */
export type Shape = readonly Axis[];

/** An axis as people write it: a bare size, or a named one. */
export type AxisLike = number | Axis;

/** A named axis. @throws ShapeError unless size is a whole number ≥ 0 */
export function axis(name: string, size: number): Axis {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new ShapeError({
      where: `axis ${name || "(unnamed)"}`,
      expected: "a whole number of elements, 0 or more",
      got: String(size),
      fix: "check the size that the layer or config gives this axis",
    });
  }
  return { name, size };
}

/** A shape from bare sizes and named axes: `shape(axis("batch", 100), 784)`. */
export function shape(...axes: readonly AxisLike[]): Shape {
  return axes.map((a) => (typeof a === "number" ? axis("", a) : axis(a.name, a.size)));
}

/** Number of elements. */
export function sizeOf(s: Shape): number {
  return s.reduce((n, a) => n * a.size, 1);
}

/** The bare sizes, as ONNX wants them. */
export function dimsOf(s: Shape): number[] {
  return s.map((a) => a.size);
}

/** "(batch=100, 784)", as it stands in errors and printed graphs. */
export function showShape(s: Shape): string {
  return `(${s.map((a) => (a.name ? `${a.name}=${a.size}` : String(a.size))).join(", ")})`;
}

/** True if sizes agree and no two names contradict each other. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((x, i) => x.size === b[i].size && namesAgree(x, b[i]));
}

/** True if sizes agree, whatever the names. */
export function sameDims(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((x, i) => x.size === b[i].size);
}

/** An unnamed axis agrees with any name. */
export function namesAgree(a: Axis, b: Axis): boolean {
  return a.name === "" || b.name === "" || a.name === b.name;
}

/**
 * The shape of an elementwise result (NumPy broadcasting, aligned at the last axis). An axis of size 1 stretches; an axis name
 * that meets a different name is an error even where the sizes happen to agree.
 * @param where the op or layer, for the error
 */
export function broadcast(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const out: Axis[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i];
    const y = b[b.length - rank + i];
    if (x === undefined || y === undefined) {
      out.push((x ?? y)!);
    } else if (x.size === y.size && namesAgree(x, y)) {
      out.push(x.name ? x : y);
    } else if (x.size === 1 && y.size !== 1) {
      out.push(y);
    } else if (y.size === 1 && x.size !== 1) {
      out.push(x);
    } else {
      throw new ShapeError({
        where,
        expected: "axes that agree from the last one backwards (equal size and name, or size 1)",
        got: `${showShape(a)} and ${showShape(b)}`,
        fix: "reshape or rename one of the two, or check the sizes in the config",
      });
    }
  }
  return out;
}

/** Resolves an axis given by index (negative counts from the end) or by name to its index. @throws ShapeError if absent */
export function axisIndex(where: string, s: Shape, which: number | string): number {
  const i = typeof which === "string" ? s.findIndex((a) => a.name === which) : which < 0 ? which + s.length : which;
  if (i < 0 || i >= s.length || !Number.isInteger(i)) {
    throw new ShapeError({
      where,
      expected: `an axis of ${showShape(s)}`,
      got: typeof which === "string" ? `"${which}"` : String(which),
      fix: "name an axis that the tensor has, or count from 0 (or from -1 backwards)",
    });
  }
  return i;
}
