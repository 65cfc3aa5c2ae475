/** What one input is fed in a call, row by row. It is used again from call to call: fresh memory of its size costs more than filling it. */
export class Stack {
  /** The rows, each a part of the whole. */
  rows: readonly Float32Array[] = [];
  private readonly width: number;
  private whole = new Float32Array(0);

  constructor(width: number) {
    this.width = width;
  }

  /** The same stack, with at least so many rows. What was in it is lost if it had fewer. */
  grown(count: number): this {
    if (this.rows.length >= count) return this;
    this.whole = new Float32Array(count * this.width);
    this.rows = Array.from({ length: count }, (_, i) => this.whole.subarray(i * this.width, (i + 1) * this.width));
    return this;
  }

  /** Copies a row, unless it is there already. */
  put(row: number, data: Float32Array): void {
    if (data !== this.rows[row]) this.whole.set(data, row * this.width);
  }

  /** The first rows, one after the other. */
  first(count: number): Float32Array {
    return this.whole.subarray(0, count * this.width);
  }
}
