import { UsageError } from "../base/errors.ts";
import { constant } from "../graph/leaves.ts";
import { add, mul } from "../graph/ops/arithmetic.ts";
import type { Value } from "../graph/value.ts";

/** When something is switched: steps from `from` (default: the first, 0) to before `to` (default: to the end). */
interface Window {
  readonly from?: number;
  readonly to?: number;
}

/**
 * A switch on a model of sequences; nothing is retrained. Layers count from 1, nearest the data.
 * "suppress": the state h of a layer is read as zero by all who read it at these steps.
 * "cut-top-down": what a layer hears from the layer above is zero.
 * "clamp": one latent of a layer is held at a value, whatever would have been inferred or predicted.
 */
export type Intervention = Window & { readonly layer: number } & (
    | { readonly kind: "suppress" | "cut-top-down" }
    | { readonly kind: "clamp"; readonly index: number; readonly value: number }
  );

/** What is switched at a step of a layer. */
export interface Switches {
  suppressed(layer: number, step: number): boolean;
  cut(layer: number, step: number): boolean;
  /** Latents z (…, latent) with those that are held put in; z itself where none is. */
  clamp(layer: number, step: number, z: Value): Value;
}

/** Sizes of the model that is switched. */
export interface Switchable {
  readonly layers: number;
  readonly latent: number;
  readonly steps: number;
}

/** @throws UsageError if the model has no such layer, latent or step, or nothing above the layer to be cut off */
export function switchesOf(interventions: readonly Intervention[], model: Switchable): Switches {
  for (const one of interventions) check(one, model);
  const active = (layer: number, step: number): readonly Intervention[] =>
    interventions.filter((i) => i.layer === layer && (i.from ?? 0) <= step && step < (i.to ?? model.steps));
  return {
    suppressed: (layer, step) => active(layer, step).some(({ kind }) => kind === "suppress"),
    cut: (layer, step) => active(layer, step).some(({ kind }) => kind === "cut-top-down"),
    clamp(layer, step, z) {
      const held = active(layer, step).filter((i) => i.kind === "clamp");
      if (held.length === 0) return z;
      const [keep, values] = [new Float64Array(model.latent).fill(1), new Float64Array(model.latent)];
      for (const { index, value } of held) [keep[index], values[index]] = [0, value];
      const axes = z.shape.slice(-1);
      return add(mul(z, constant(keep, axes)), constant(values, axes));
    },
  };
}

/** How many of a sequence's frames a trace sees: all, unless said otherwise. @throws UsageError unless there are as many */
export function framesSeen(observed: number | undefined, steps: number): number {
  const frames = observed ?? steps;
  if (inside(frames, 0, steps)) return frames;
  throw new UsageError({
    where: "observed frames of a trace",
    expected: `a whole number of frames, 0…${steps}`,
    got: String(frames),
    fix: "correct the number",
  });
}

const inside = (n: number, low: number, high: number): boolean => Number.isInteger(n) && low <= n && n <= high;

function check(one: Intervention, { layers, latent, steps }: Switchable): void {
  const { kind, layer, from = 0, to = steps } = one;
  const top = kind === "cut-top-down" ? layers - 1 : layers;
  if (!inside(layer, 1, top)) {
    const why = kind === "cut-top-down" ? " that has one above it" : "";
    refuse(one, top > 0 ? `a layer among 1…${top}${why}` : `a model with a layer${why}`, `layer ${layer}`);
  }
  if (!inside(from, 0, steps - 1) || !inside(to, from + 1, steps)) {
    refuse(one, `steps within 0…${steps}, the first before the last`, `from ${from} to ${to}`);
  }
  if (one.kind === "clamp" && !inside(one.index, 0, latent - 1)) {
    refuse(one, `a latent among 0…${latent - 1}`, `index ${one.index}`);
  }
  if (one.kind === "clamp" && !Number.isFinite(one.value)) refuse(one, "a finite value", String(one.value));
}

function refuse({ kind }: Intervention, expected: string, got: string): never {
  throw new UsageError({ where: `intervention ${kind}`, expected, got, fix: "correct the intervention" });
}
