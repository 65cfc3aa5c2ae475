import { sizeOf } from "../base/shape.ts";
import type { Compiled } from "../graph/compile.ts";

/**
 * How many steps to hand to a session in one call. Each call copies all variables out of the runtime once, so many steps are cheaper than
 * few; but nothing is heard of them, not even Ctrl-C, until the call returns, and all they are fed must be in memory at once. The
 * numbers do not depend on it.
 */
const LIMITS = { first: 5, steps: 100, seconds: 1, bytes: 48 * 2 ** 20 };

/** The number of steps for the next call, which learns from how long the last one took. */
export class Chunk {
  /** Steps for the next call. */
  size: number;
  private readonly most: number;

  constructor({ inputs, noise }: Compiled) {
    const bytes = [...inputs, ...noise].reduce((n, p) => n + 4 * sizeOf(p.shape), 0);
    this.most = Math.max(1, Math.min(LIMITS.steps, Math.floor(LIMITS.bytes / Math.max(1, bytes))));
    this.size = Math.min(LIMITS.first, this.most);
  }

  /** @param seconds that a step took in the last call */
  took(seconds: number): void {
    this.size = Math.max(1, Math.min(this.most, 2 * this.size, Math.floor(LIMITS.seconds / seconds)));
  }
}
