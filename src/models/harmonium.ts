/**
 * Exponential-family harmonium: hidden Bernoulli units x, and groups of visible units v_i that are independent given x.
 * Welling, Rosen-Zvi & Hinton 2005, "Exponential family harmoniums with an application to information retrieval" (NIPS 17).
 *
 *   p(v, x) ∝ Π_i h_i(v_i) exp(b_iᵀv_i + v_iᵀW_i x) · exp((b_x + c)ᵀx)
 *
 *   v_i (row, units)   x (row, hidden)   W_i (units, hidden)   c (row, hidden)  context that the hidden units also hear, or none
 */
import type { Axis } from "../base/shape.ts";
import { type Bernoulli, bernoulli } from "../distributions/bernoulli.ts";
import { type Distribution, sumEvent } from "../distributions/distribution.ts";
import { poisson } from "../distributions/poisson.ts";
import { noise, variable } from "../graph/leaves.ts";
import { softplus } from "../graph/ops/activations.ts";
import { add, addAll, mean, mul, neg, square, sub } from "../graph/ops/arithmetic.ts";
import { sum } from "../graph/ops/broadcast.ts";
import { concat } from "../graph/ops/layout.ts";
import { matmul } from "../graph/ops/matmul.ts";
import type { Value } from "../graph/value.ts";
import { constant, type Init, initialOf } from "../nn/initializers.ts";

/** Distributions of visible units, by their natural parameter b + Wx: a logit, or the logarithm of a rate. */
export const unitFamilies = {
  bernoulli: (input: Value): Distribution => bernoulli(input),
  poisson: (input: Value): Distribution => poisson(input, MOST_COUNTS),
} as const;

export type UnitFamily = keyof typeof unitFamilies;

/** The natural parameter of a mean. */
const naturalOf: Readonly<Record<UnitFamily, (mean: number) => number>> = {
  bernoulli: (p) => Math.log(p / (1 - p)),
  poisson: (rate) => Math.log(rate),
};

/** The largest count that the chain draws: at a rate of 10, one draw in 10⁷ would be larger. */
const MOST_COUNTS = 31;

/** Values of visible units, by the name of their group. */
export type Visible = Readonly<Record<string, Value>>;

export interface HarmoniumOptions {
  readonly hidden: Axis;
  /** Groups of visible units, by name: "sensory", say. Their variables are "<name>/weight" and "<name>/bias". */
  readonly visible: Readonly<Record<string, VisibleGroup>>;
  /** First weights. Hidden biases start at 0. */
  readonly init: Init;
  /** What the rule has of hidden units under the data: the draw that the chain starts from (default), or its mean, which makes less noise. */
  readonly positive?: PositivePhase;
}

export type PositivePhase = "sample" | "mean";

export interface VisibleGroup {
  readonly units: Axis;
  readonly family: UnitFamily;
  /**
   * Mean of the units in the data, at which they then start: their biases are its natural parameter (Hinton 2010, A practical guide to
   * training RBMs, §8.1). Without it biases start at 0.
   */
  readonly mean?: number;
}

export interface Harmonium {
  readonly variables: readonly Value[];
  /** b_x */
  readonly hiddenBias: Value;
  /** p(x | v) */
  up(v: Visible, context?: Value): Bernoulli;
  /** p(v | x), group by group. */
  down(x: Value): Readonly<Record<string, Distribution>>;
  /** −log Σ_x exp(…) of the formula above, without the h_i: what of −log p(v) depends on parameters, but for log Z. (row) */
  freeEnergy(v: Visible, context?: Value): Value;
  /**
   * Gibbs sampling that starts from data. Draws come from noise "gibbs/<group>/<turn>".
   * @param hold what is done to visible units after each draw, where some must keep their values
   */
  gibbs(data: Visible, options: GibbsOptions): Chain;
  /**
   * The rule of contrastive divergence (Hinton 2002), as gradients of a loss: for each parameter the mean over rows of what its unit or
   * its pair of units does at the chain's end, minus what it does under the data. It tends to the gradient of −log p(data) with the turns.
   */
  contrastiveDivergence(data: Visible, chain: Chain): Map<Value, Value>;
}

export interface GibbsOptions {
  /** Draws of the visible units, the k of CD-k. */
  readonly turns: number;
  readonly context?: Value;
  readonly hold?: (v: Visible) => Visible;
}

/** What Gibbs sampling went through. */
export interface Chain {
  /** p(x | data) */
  readonly belief: Bernoulli;
  /** The draw from it that the chain starts with. */
  readonly x0: Value;
  /** That draw, or E[x | data]: what the rule has of the data. */
  readonly positive: Value;
  /** The last draw of the visible units. */
  readonly v: Visible;
  /** E[x | v]. */
  readonly x: Value;
}

export function harmonium({ hidden, visible, init, positive = "sample" }: HarmoniumOptions): Harmonium {
  const zeros = initialOf("zeros", { in: 1, out: 1 });
  const groups = Object.entries(visible).map(([name, { units, family, mean }]) => ({
    name,
    family: unitFamilies[family],
    W: variable(`${name}/weight`, [units, hidden], initialOf(init, { in: units.size, out: hidden.size })),
    b: variable(`${name}/bias`, [units], mean === undefined ? zeros : constant(naturalOf[family](mean))),
  }));
  const b_x = variable("hidden/bias", [hidden], zeros);

  const inputs = (v: Visible, context?: Value): Value =>
    groups.reduceRight((rest, { name, W }) => add(matmul(v[name], W), rest), context ? add(context, b_x) : b_x);

  const self: Harmonium = {
    variables: [...groups.flatMap(({ W, b }) => [W, b]), b_x],
    hiddenBias: b_x,
    up: (v, context) => bernoulli(inputs(v, context)),
    down: (x) =>
      Object.fromEntries(groups.map(({ name, family, W, b }) => [name, family(add(matmul(x, W, false, true), b))])),
    // −Σ_i b_iᵀv_i − Σ_j log(1 + e^{input_j})
    freeEnergy: (v, context) =>
      neg(addAll([...groups.map(({ name, b }) => sumEvent(mul(v[name], b))), sumEvent(softplus(inputs(v, context)))])),
    gibbs(data, { turns, context, hold = (v) => v }) {
      const belief = self.up(data, context);
      const x0 = belief.sample(noise("gibbs/hidden/0", "uniform", belief.mean.shape));
      let [v, x] = [data, x0];
      for (let turn = 1; turn <= turns; turn++) {
        const drawn = Object.entries(self.down(x)).map(([name, p]) => [
          name,
          p.sample(noise(`gibbs/${name}/${turn}`, "uniform", p.mean.shape)),
        ]);
        v = hold(Object.fromEntries(drawn));
        const p = self.up(v, context);
        x = turn < turns ? p.sample(noise(`gibbs/hidden/${turn}`, "uniform", p.mean.shape)) : p.mean;
      }
      return { belief, x0, positive: positive === "mean" ? belief.mean : x0, v, x };
    },
    contrastiveDivergence(data, { positive, v, x }) {
      const phases = bothPhases(x, positive);
      const rules = groups.flatMap(({ name, W, b }): [Value, Value][] => [
        [W, pairings(v[name], data[name], phases)],
        [b, mean(sub(v[name], data[name]), [0])],
      ]);
      return new Map([...rules, [b_x, mul(sum(phases, [0]), 1 / x.shape[0].size)]]);
    },
  };
  return self;
}

/** Hidden units at the chain's end, and under the data with a minus: (2·row, hidden). Their sum over the number of rows is the rule of b_x. */
export function bothPhases(x: Value, positive: Value): Value {
  return concat([x, neg(positive)], 0);
}

/** ⟨v xᵀ⟩ at the chain's end minus ⟨v xᵀ⟩ under the data, means over rows: (units, hidden). @param phases of x (see bothPhases) */
export function pairings(v: Value, v0: Value, phases: Value): Value {
  // one product for both: the weights' size is passed over once
  return mul(matmul(concat([v, v0], 0), phases, true), 1 / v.shape[0].size);
}

/** Σ_i (y_i − E[y_i | x])²: what a frame and its reconstruction differ by, (row). */
export function squaredError(y: Value, reconstruction: Distribution): Value {
  return sumEvent(square(sub(y, reconstruction.mean)));
}
