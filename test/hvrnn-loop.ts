/** A hierarchical VRNN of one sequence in plain numbers, one frame and one unit after the other: the second algorithm in tests. */
import type { HvrnnConfig } from "../src/models/hvrnn.ts";
import type { Intervention } from "../src/models/model.ts";

type Numbers = Readonly<Record<string, ArrayLike<number>>>;

export interface LoopOptions {
  readonly observed: number;
  readonly interventions: readonly Intervention[];
  /** By layer: ε of latent k at step t is at [t][k]; without, latents are means. */
  readonly noise?: readonly (readonly (readonly number[])[])[];
}

/** The trace of one sequence: by name, one list a frame. @param p parameters, by name */
export function hvrnnLoop(
  config: HvrnnConfig,
  p: Numbers,
  frames: readonly (readonly number[])[],
  { observed, interventions, noise }: LoopOptions,
): Record<string, number[][]> {
  const { layers: L, topDown, hidden: H, latent: Z, steps: T, recurrence } = config;
  const relu = (x: readonly number[]): number[] => x.map((v) => Math.max(v, 0));
  const logistic = (v: number): number => 1 / (1 + Math.exp(-v));
  const dense = (name: string, x: readonly number[]): number[] => {
    const W = p[`${name}/weight`];
    const n = W.length / x.length;
    const b = p[`${name}/bias`];
    return Array.from({ length: n }, (_, j) => x.reduce((s, v, i) => s + v * W[i * n + j], b?.[j] ?? 0));
  };
  const has = (name: string): boolean => `${name}/weight` in p;

  /** Convolution, or its adjoint, of 4 × 4 taps with stride 2 and one pixel around, of square maps, channel after channel. */
  const conv = (name: string, x: readonly number[], up: boolean): number[] => {
    const [W, b] = [p[`${name}/weight`], p[`${name}/bias`]];
    const to = b.length;
    const from = W.length / 16 / to;
    const s = Math.sqrt(x.length / from);
    const size = up ? 2 * s : s / 2;
    const y = Array.from({ length: to * size * size }, (_, i) => b[Math.floor(i / size ** 2)]);
    const [small, large] = up ? [s, size] : [size, s];
    for (let i = 0; i < from; i++)
      for (let o = 0; o < to; o++)
        for (let r = 0; r < small; r++)
          for (let c = 0; c < small; c++)
            for (let k = 0; k < 16; k++) {
              const [row, column] = [2 * r - 1 + Math.floor(k / 4), 2 * c - 1 + (k % 4)];
              if (Math.min(row, column) < 0 || Math.max(row, column) >= large) continue;
              const [a, e] = [r * small + c, row * large + column];
              if (up) y[o * size ** 2 + e] += x[i * s ** 2 + a] * W[(i * to + o) * 16 + k];
              else y[o * size ** 2 + a] += x[i * s ** 2 + e] * W[(o * from + i) * 16 + k];
            }
    return y;
  };

  const see = (l: number, input: readonly number[]): { maps: number[]; features: number[] } => {
    const at = `layer${l}/phi-x`;
    let y = [...input];
    for (let i = 1; has(`${at}/conv${i}`); i++) y = relu(conv(`${at}/conv${i}`, y, false));
    if (has(`${at}/dense`)) return { maps: y, features: relu(dense(`${at}/dense`, y)) };
    for (let i = 1; i <= 3; i++) y = relu(dense(`${at}/dense${i}`, y));
    return { maps: y, features: y };
  };
  /** The mean of the input. */
  const decode = (l: number, x: readonly number[]): number[] => {
    const at = `layer${l}/decoder`;
    let y = has(`${at}/dense`) ? relu(dense(`${at}/dense`, x)) : [...x];
    for (let i = 1; has(`${at}/conv${i}`); i++) {
      y = conv(`${at}/conv${i}`, y, true);
      y = has(`${at}/conv${i + 1}`) || l > 1 ? relu(y) : y.map(logistic);
    }
    for (let i = 1; has(`${at}/dense${i}`); i++) y = relu(dense(`${at}/dense${i}`, y));
    return y;
  };
  const belief = (l: number, net: string, x: readonly number[]): { mean: number[]; std: number[] } => {
    const out = dense(`layer${l}/${net}/out`, relu(dense(`layer${l}/${net}/hidden`, x)));
    return { mean: out.slice(0, Z), std: out.slice(Z).map((v) => Math.exp(v / 2)) };
  };
  const recur = (l: number, x: readonly number[], h: readonly number[]): number[] => {
    const [a, b] = [dense(`layer${l}/recurrence/input`, x), dense(`layer${l}/recurrence/hidden`, h)];
    if (recurrence === "tanh") return h.map((_, j) => Math.tanh(a[j] + b[j]));
    return h.map((old, j) => {
      const [r, z] = [logistic(a[j] + b[j]), logistic(a[H + j] + b[H + j])];
      return (1 - z) * Math.tanh(a[2 * H + j] + r * b[2 * H + j]) + z * old;
    });
  };
  const join = (l: number, own: readonly number[], above: readonly number[]): number[] => {
    if (topDown === "concat") return relu(dense(`layer${l}/top-down`, [...own, ...above]));
    return own.map((v, j) => v + (topDown === "add" ? 1 : p[`layer${l}/top-down/gate`][j]) * above[j]);
  };

  const trace: Record<string, number[][]> = {};
  const note = (name: string, t: number, v: number[]): void => void ((trace[name] ??= [])[t] = v);
  const zero = new Array<number>(H).fill(0);
  let h: number[][] = Array.from({ length: L + 1 }, () => zero);
  for (let t = 0; t < T; t++) {
    const now = interventions.filter(({ from = 0, to = T }) => from <= t && t < to);
    const is = (kind: Intervention["kind"], l: number): boolean => now.some((i) => i.kind === kind && i.layer === l);
    const read = (l: number): number[] => (is("suppress", l) ? zero : h[l]);
    const draw = (l: number, { mean, std }: { mean: number[]; std: number[] }): number[] => {
      const z = mean.map((m, k) => m + (noise ? std[k] * noise[l - 1][t][k] : 0));
      for (const i of now) if (i.kind === "clamp" && i.layer === l) z[i.index] = i.value;
      return z;
    };
    const after = [zero];
    let input: readonly number[] = frames[t];
    for (let l = 1; l <= L; l++) {
      const heard = l === L ? read(l) : is("cut-top-down", l) ? zero : read(l + 1);
      const own = l === L || topDown === "to-prior" ? read(l) : join(l, read(l), heard);
      const prior = belief(l, "prior", topDown === "to-prior" ? heard : own);
      const seen = t < observed ? see(l, input) : undefined;
      const q = seen ? belief(l, "posterior", [...seen.features, ...own]) : prior;
      const z = draw(l, q);
      const φz = relu(dense(`layer${l}/phi-z`, z));
      const expected = decode(l, [...φz, ...own]);
      after.push(recur(l, [...(seen ?? see(l, expected)).features, ...φz], own));
      note(`z${l}`, t, z);
      note(`z${l}/mean`, t, q.mean);
      note(`z${l}/std`, t, q.std);
      note(`prior${l}/mean`, t, prior.mean);
      note(`prior${l}/std`, t, prior.std);
      note(`h${l}`, t, after[l]);
      if (l === 1) {
        note("reconstruction", t, expected);
        note("prediction", t, decode(1, [...relu(dense("layer1/phi-z", draw(1, prior))), ...own]));
      }
      if (seen) input = seen.maps;
    }
    h = after;
  }
  return trace;
}
