/** Plain float64 arrays with sizes: what the interpreter computes with. Truth values are 0 and 1. Slow, clear, and the truth in tests. */
export interface Tensor64 {
  readonly dims: readonly number[];
  /** Row by row. */
  readonly data: Float64Array;
}

/** Row-major strides of an array of these sizes. */
export function stridesOf(dims: readonly number[]): number[] {
  const s = new Array<number>(dims.length);
  for (let i = dims.length - 1, n = 1; i >= 0; i--) {
    s[i] = n;
    n *= dims[i];
  }
  return s;
}

/** Product of sizes. */
export function countOf(dims: readonly number[]): number {
  return dims.reduce((n, d) => n * d, 1);
}

/** Calls `visit` with the index along every axis and its running number, row by row. */
export function eachIndex(dims: readonly number[], visit: (index: readonly number[], flat: number) => void): void {
  const index = new Array<number>(dims.length).fill(0);
  const n = countOf(dims);
  for (let flat = 0; flat < n; flat++) {
    visit(index, flat);
    for (let i = dims.length - 1; i >= 0; i--) {
      if (++index[i] < dims[i]) break;
      index[i] = 0;
    }
  }
}

/** Reads a tensor at an index of a broadcast shape: missing axes and axes of size 1 repeat. */
export function broadcastReader(t: Tensor64, rank: number): (index: readonly number[]) => number {
  const strides = stridesOf(t.dims).map((s, i) => (t.dims[i] === 1 ? 0 : s));
  const skip = rank - t.dims.length;
  return (index) => {
    let at = 0;
    for (let i = 0; i < strides.length; i++) at += index[skip + i] * strides[i];
    return t.data[at];
  };
}

/** f applied elementwise to tensors broadcast to `dims`. */
export function mapBroadcast(
  tensors: readonly Tensor64[],
  dims: readonly number[],
  f: (...x: number[]) => number,
): Float64Array {
  const out = new Float64Array(countOf(dims));
  const readers = tensors.map((t) => broadcastReader(t, dims.length));
  eachIndex(dims, (index, flat) => {
    out[flat] = f(...readers.map((read) => read(index)));
  });
  return out;
}
