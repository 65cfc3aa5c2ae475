import { internal, UsageError } from "../base/errors.ts";
import { input, leafName, variable } from "../graph/leaves.ts";
import { add, addAll, div, mul, square, sub } from "../graph/ops/arithmetic.ts";
import { sum } from "../graph/ops/broadcast.ts";
import { sqrt } from "../graph/ops/elementary.ts";
import { minimum } from "../graph/ops/extrema.ts";
import { named, type Value } from "../graph/value.ts";
import type { Schedule } from "./schedules.ts";

/** A variable and its value after the step. */
export type Update = readonly [variable: Value, next: Value];

/** A rule that turns gradients into new parameters, as part of the training graph. */
export interface Optimizer {
  readonly name: string;
  /** Next values of the parameters and of the rule's own variables ("<name>/<slot>/<parameter>"). */
  updates(parameters: readonly Value[], gradients: readonly Value[]): Update[];
  /** Numbers that the graph reads at a step, by input name. Steps count from 0. */
  scalars(step: number): Readonly<Record<string, number>>;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1, in the efficient order of its §2).
 *
 * The moments are kept as sums, M = m/(1 − β₁) and V = v/(1 − β₂): M ← β₁M + g, V ← β₂V + g². The constants go into the step size and
 * ε, which saves two passes over every parameter; the parameters are the same.
 */
export function adam(rate: Schedule, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {}): Optimizer {
  return {
    name: "adam",
    updates(parameters, gradients) {
      const stepSize = input("adam/step-size", []);
      const floor = input("adam/floor", []);
      return named("adam", () =>
        parameters.flatMap((p, i) => {
          const [M, V] = [slot("adam/m", p), slot("adam/v", p)];
          const g = gradients[i];
          const M1 = add(mul(M, beta1), g);
          const V1 = add(mul(V, beta2), square(g));
          const p1 = sub(p, mul(stepSize, div(M1, add(sqrt(V1), floor))));
          return [[p, p1] as const, [M, M1] as const, [V, V1] as const];
        }),
      );
    },
    // θ ← θ − α·m̂/(√v̂ + ε) with m̂ = M(1 − β₁)/(1 − β₁ᵗ) and v̂ = V(1 − β₂)/(1 − β₂ᵗ); both sides of the fraction divided by √(v̂/V)
    scalars(step) {
      const t = step + 1;
      const root = Math.sqrt((1 - beta2) / (1 - beta2 ** t));
      return {
        "adam/step-size": (rate(step) * (1 - beta1)) / (1 - beta1 ** t) / root,
        "adam/floor": epsilon / root,
      };
    },
  };
}

/** Stochastic gradient descent with momentum: u ← μu + g, θ ← θ − α·u (Polyak 1964; Sutskever et al. 2013, eqs. 1, 2). */
export function sgd(rate: Schedule, { momentum = 0 } = {}): Optimizer {
  return {
    name: "sgd",
    updates(parameters, gradients) {
      const stepSize = input("sgd/rate", []);
      return named("sgd", () =>
        parameters.flatMap((p, i): Update[] => {
          if (momentum === 0) return [[p, sub(p, mul(stepSize, gradients[i]))]];
          const u = slot("sgd/momentum", p);
          const u1 = add(mul(u, momentum), gradients[i]);
          return [
            [p, sub(p, mul(stepSize, u1))],
            [u, u1],
          ];
        }),
      );
    },
    scalars: (step) => ({ "sgd/rate": rate(step) }),
  };
}

/**
 * Momentum with a rate for each parameter: v ← μ(step)·v − α(step)·rate_k·g, θ ← θ + v. Unlike with `sgd`, a step that has begun keeps its
 * size when the rate falls: a body of mass 1/rate with friction, pushed by the gradient.
 * @param rates by the parameter's name; others may be there
 * @throws UsageError if a parameter has none
 */
export function momentum(rate: Schedule, rates: Readonly<Record<string, number>>, coefficient: Schedule): Optimizer {
  return {
    name: "momentum",
    updates(parameters, gradients) {
      const [α, μ] = [input("momentum/rate", []), input("momentum/coefficient", [])];
      return named("momentum", () =>
        parameters.flatMap((p, i) => {
          const v = slot("momentum/velocity", p);
          const v1 = sub(mul(v, μ), mul(mul(gradients[i], rateOf(p, rates)), α));
          return [[p, add(p, v1)] as const, [v, v1] as const];
        }),
      );
    },
    scalars: (step) => ({ "momentum/rate": rate(step), "momentum/coefficient": coefficient(step) }),
  };
}

function rateOf(parameter: Value, rates: Readonly<Record<string, number>>): number {
  const name = leafName(parameter);
  if (Object.hasOwn(rates, name)) return rates[name];
  throw new UsageError({
    where: "optimizer momentum, rates",
    expected: `a rate for "${name}"`,
    got: Object.keys(rates).join(", ") || "none",
    fix: `set train.optimizer.rates with "${name}" among them`,
  });
}

/**
 * Gradients scaled down together so that their joint Euclidean norm is at most `largest` (Pascanu, Mikolov & Bengio 2013, algorithm 1).
 * @returns the gradients, and the norm before scaling (a scalar)
 */
export function clipByGlobalNorm(gradients: readonly Value[], largest: number): { clipped: Value[]; norm: Value } {
  return named("clip", () => {
    const norm = sqrt(addAll(gradients.map((g) => sum(square(g)))));
    const scale = minimum(1, div(largest, add(norm, 1e-12)));
    return { clipped: gradients.map((g) => mul(g, scale)), norm };
  });
}

/** A variable of the optimiser, of a parameter's shape, starting at 0. */
function slot(kind: string, parameter: Value): Value {
  return variable(
    `${kind}/${leafName(parameter) || internal("a parameter has no name")}`,
    parameter.shape,
    (out) => void out.fill(0),
  );
}
