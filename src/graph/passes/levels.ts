import type { Node } from "../value.ts";

/** Who waits for whom in a graph some of whose nodes are to be computed together. */
export class Levels {
  private readonly numberOf: ReadonlyMap<Node, number>;
  /** By unit: the nodes it waits for. A unit is a node, or several that are computed together. */
  private readonly needs: number[][];
  /** By node: its unit. */
  private readonly unit: number[];
  /** Units, each after what it waits for; undefined after units were joined. */
  private order: readonly number[] | undefined;

  /** @param nodes all nodes of the graph, inputs before users */
  constructor(nodes: readonly Node[]) {
    this.numberOf = new Map(nodes.map((n, i) => [n, i]));
    this.needs = nodes.map((n) => n.inputs.map((v) => this.numberOf.get(v.node)!));
    this.unit = nodes.map((_, i) => i);
    this.order = [...this.unit];
  }

  /** The given nodes by level: the largest number of them on a path to a node. Nodes of one level do not wait for each other. */
  of(nodes: readonly Node[]): Node[][] {
    const given = new Set(nodes.map((n) => this.unitOf(n)));
    const level = new Int32Array(this.needs.length);
    this.order ??= this.sorted();
    for (const u of this.order) {
      for (const n of this.needs[u]) {
        const before = this.unit[n];
        level[u] = Math.max(level[u], level[before] + (given.has(before) ? 1 : 0));
      }
    }
    const levels: Node[][] = [];
    for (const n of nodes) (levels[level[this.unitOf(n)]] ??= []).push(n);
    return levels;
  }

  /** From here on these nodes, of one level, are computed together. */
  join(nodes: readonly Node[]): void {
    const [first, ...rest] = nodes.map((n) => this.unitOf(n));
    for (const u of rest) {
      this.needs[first].push(...this.needs[u]);
      this.needs[u] = [];
    }
    for (const n of nodes) this.unit[this.numberOf.get(n)!] = first;
    this.order = undefined;
  }

  private unitOf(n: Node): number {
    return this.unit[this.numberOf.get(n)!];
  }

  /** Units in an order in which each comes after what it waits for. */
  private sorted(): number[] {
    const order: number[] = [];
    const seen = new Uint8Array(this.needs.length);
    const stack: number[] = [];
    const next = new Int32Array(this.needs.length);
    for (const start of this.unit) {
      if (seen[start]) continue;
      seen[start] = 1;
      stack.push(start);
      while (stack.length > 0) {
        const u = stack[stack.length - 1];
        if (next[u] < this.needs[u].length) {
          const before = this.unit[this.needs[u][next[u]++]];
          if (!seen[before]) {
            seen[before] = 1;
            stack.push(before);
          }
        } else {
          order.push(u);
          stack.pop();
        }
      }
    }
    return order;
  }
}
