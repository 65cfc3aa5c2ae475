/**
 * Hierarchical variational recurrent neural network with top-down prediction.
 * Miyoshi, Arakawa & Yamakawa, "Hierarchical variational recurrent autoencoder with top-down prediction" (poster, 2018); equations and
 * sizes as in the authors' implementation, github.com/miyosuda/hvrnn. Layers l = 1…L, each a VRNN (Chung et al. 2015, arXiv:1506.02216):
 *
 *   x¹_t (batch, pixel)  intensities in [0, 1]       x^l_t = the maps of φ_x^{l−1}, l > 1, through which no gradient flows
 *   z^l_t (batch, latent)                            h^l_t (batch, hidden)  h^l_0 = 0
 *
 *   q(z^l_t | φ_x(x^l_t), h^l_{t−1})       p(z^l_t | h^{l+1}_{t−1}), of the top layer p(z^L_t | h^L_{t−1})
 *   p(x^l_t | φ_z(z^l_t), h^l_{t−1})       h^l_t = tanh(W [φ_x(x^l_t), φ_z(z^l_t), h^l_{t−1}] + b)
 *
 * Loss: Σ_t Σ_l −log p(x^l_t | …) + β·KL(q ‖ p), where p is Bernoulli for l = 1 and N(decoder, σ²I) without its constant above.
 * The first layer's terms alone are a lower bound on log p(x_1…T), as those of a VRNN are. Layers learn from each other through the KL only.
 */
import { type Axis, axis } from "../base/shape.ts";
import { bernoulli } from "../distributions/bernoulli.ts";
import { klGaussian } from "../distributions/gaussian.ts";
import { noise } from "../graph/leaves.ts";
import { sigmoid } from "../graph/ops/activations.ts";
import { mul, neg, square, sub } from "../graph/ops/arithmetic.ts";
import { full, sum } from "../graph/ops/broadcast.ts";
import { reshape } from "../graph/ops/layout.ts";
import { slice } from "../graph/ops/slice.ts";
import { stopGradient } from "../graph/ops/stop-gradient.ts";
import type { Value } from "../graph/value.ts";
import { timeSteps } from "../nn/recurrence.ts";
import { type HvrnnLayer, hvrnnLayers, type TopDown } from "./hvrnn-layers.ts";
import { framesSeen, switchesOf } from "./interventions.ts";
import type { Model, TraceOptions } from "./model.ts";
import { rowsInTime, rowsOfSteps, sequenceOfSteps, stepsOfRows } from "./sequence-rows.ts";
import { type VrnnConfig, vrnnDefaults } from "./vrnn.ts";
import { gaussianOf } from "./vrnn-nets.ts";

export interface HvrnnConfig extends VrnnConfig {
  /** L (3). */
  readonly layers: number;
  /** What a layer hears from the state above it ("to-prior"). */
  readonly topDown: TopDown;
  /** Whether the error of a prior leaves the state above it unchanged (false). */
  readonly stopTopDownGradient: boolean;
  /** σ of the maps of the layer below, given z and h (1): what an error of them costs, against the KL terms. */
  readonly featureStd?: number;
}

export const hvrnnDefaults: HvrnnConfig = {
  ...vrnnDefaults,
  layers: 3,
  topDown: "to-prior",
  stopTopDownGradient: false,
};

/** What one step of a layer leaves behind, each (batch, …). */
interface Step {
  /** h^l_{t−1}, as posterior, decoder and recurrence read it. */
  readonly before: Value;
  /** The state that the prior reads: of the layer above, or the same. */
  readonly above: Value;
  /** μ and log σ² of the posterior, or of the prior where no frame was seen. */
  readonly belief: Value;
  readonly z: Value;
  readonly φz: Value;
  /** h^l_t */
  readonly h: Value;
}

/** A layer over all steps. */
interface Course {
  readonly layer: HvrnnLayer;
  /** x^l of the frames that were seen, (batch · frame, …); undefined if there were none. */
  readonly input: Value | undefined;
  readonly steps: Step[];
  draw(belief: Value, t: number): Value;
}

export function hvrnn(config: HvrnnConfig): Model {
  const { side, steps: T, hidden, latent, topDown, beta: β = 1, featureStd: σ = 1 } = config;
  const [time, pixel, H, Z] = [
    axis("time", T),
    axis("pixel", side ** 2),
    axis("hidden", hidden),
    axis("latent", latent),
  ];
  const layers = hvrnnLayers(config);
  const top = layers.length - 1;

  const run = (x: Value, { interventions = [], sample = false, ...options }: TraceOptions): Course[] => {
    const [batch] = x.shape;
    const observed = framesSeen(options.observed, T);
    const switches = switchesOf(interventions, { layers: layers.length, latent, steps: T });
    const seen = look(layers, x, observed);
    const courses = layers.map((layer, l): Course => {
      const ε = sample ? timeSteps(noise(`hvrnn/z${l + 1}`, "normal", [time, batch, Z])) : undefined;
      const draw = (belief: Value, t: number): Value => {
        const p = gaussianOf(belief);
        return switches.clamp(l + 1, t, ε ? p.sample(ε[t]) : p.mean);
      };
      return { layer, input: seen[l]?.input, steps: [], draw };
    });

    const zero = full([batch, H], 0);
    /** h^l_{t−1} for whoever reads it. */
    const state = (l: number, t: number): Value =>
      t === 0 || switches.suppressed(l + 1, t) ? zero : courses[l].steps[t - 1].h;
    const heard = (l: number, t: number): Value => {
      if (switches.cut(l + 1, t)) return zero;
      const h = state(l + 1, t);
      return config.stopTopDownGradient ? stopGradient(h) : h;
    };
    const step = ({ layer, draw }: Course, l: number, t: number): Step => {
      const own = state(l, t);
      const before = l < top ? layer.join(own, heard(l, t)) : own;
      const above = l < top && topDown === "to-prior" ? heard(l, t) : before;
      const belief = t < observed ? layer.posterior(seen[l].features[t], before) : layer.prior(above);
      const z = draw(belief, t);
      const φz = layer.φz(z);
      const φx = t < observed ? seen[l].features[t] : layer.φx(layer.mean(layer.decode(φz, before))).features;
      return { before, above, belief, z, φz, h: layer.recur(φx, φz, before) };
    };
    for (let t = 0; t < T; t++) {
      const now = courses.map((course, l) => step(course, l, t)); // all layers read the states of the step before
      for (const [l, course] of courses.entries()) course.steps.push(now[l]);
    }
    return courses;
  };

  /** The priors of all steps at once: (time, batch, 2·latent). */
  const priorsOf = ({ layer, steps }: Course): Value => {
    const rows = layer.prior(rowsInTime(steps.map((s) => s.above)));
    return reshape(rows, [time, axis("batch", rows.shape[0].size / T), axis("", 2 * latent)]);
  };
  /** The decoder's output for all steps at once: (batch · time, …). */
  const decoded = ({ layer }: Course, steps: readonly Pick<Step, "φz" | "before">[]): Value =>
    layer.decode(rowsOfSteps(steps.map((s) => s.φz)), rowsOfSteps(steps.map((s) => s.before)));
  const inFrames = (rows: Value): Value => reshape(rows, [axis("batch", rows.shape[0].size / T), time, pixel]);

  const reconstruction = (course: Course, l: number, x: Value): Value => {
    const found = decoded(course, course.steps);
    if (l === 0) return neg(sum(bernoulli(inFrames(found)).logProb(x), ["time"]));
    const error = reshape(square(sub(course.input!, found)), [x.shape[0], axis("", elements(found) / x.shape[0].size)]);
    return mul(0.5 / σ ** 2, sum(error, [1]));
  };
  const kl = (course: Course, batch: Axis): Value => {
    const beliefs = rowsInTime(course.steps.map((s) => s.belief));
    const q = gaussianOf(reshape(beliefs, [time, batch, axis("", 2 * latent)]));
    const nats = sum(klGaussian(q, gaussianOf(priorsOf(course))), ["time"]);
    return β === 1 ? nats : mul(β, nats);
  };

  return {
    name: "hvrnn",
    source: "Miyoshi, Arakawa & Yamakawa 2018, github.com/miyosuda/hvrnn",
    observation: { shape: [time, pixel], range: [0, 1], doc: "frames, 0 = background, 1 = ink" },
    latents: layers.flatMap((_, l) => [
      { name: `z${l + 1}`, layer: l + 1, shape: [time, Z], kind: "stochastic" } as const,
      { name: `h${l + 1}`, layer: l + 1, shape: [time, H], kind: "deterministic" } as const,
    ]),
    variables: layers.flatMap((layer) => layer.variables),
    objective: layers.length > 1 ? "sum-of-bounds" : β === 1 ? "elbo" : "beta-elbo",
    /** Terms "reconstruction<l>" and "kl<l>" of every layer, summed over the frames: nats per sequence. */
    loss: ({ x }) => {
      const courses = run(x, { sample: true });
      return Object.fromEntries(
        courses.flatMap((course, l) => [
          [`reconstruction${l + 1}`, reconstruction(course, l, x)],
          [`kl${l + 1}`, kl(course, x.shape[0])],
        ]),
      );
    },
    trace: (x, options = {}) => {
      const courses = run(x, options);
      const [first] = courses;
      const priors = courses.map((course) => timeSteps(priorsOf(course)));
      const expected = first.steps.map(({ before }, t) => ({
        before,
        φz: first.layer.φz(first.draw(priors[0][t], t)),
      }));
      return {
        ...Object.assign({}, ...courses.map(({ steps }, l) => beliefsOf(l + 1, steps, priors[l]))),
        reconstruction: sigmoid(inFrames(decoded(first, first.steps))),
        prediction: sigmoid(inFrames(decoded(first, expected))),
      };
    },
  };
}

/** What every layer sees of the first frames, from the bottom up: its input, and the features of it one a step. */
function look(layers: readonly HvrnnLayer[], x: Value, frames: number): { input: Value; features: Value[] }[] {
  if (frames === 0) return [];
  const [batch] = x.shape;
  let input = reshape(slice(x, 1, 0, frames), [axis("", batch.size * frames), ...layers[0].input]);
  return layers.map((layer) => {
    const seen = layer.φx(input);
    const here = { input, features: stepsOfRows(seen.features, batch) };
    input = stopGradient(seen.maps);
    return here;
  });
}

function beliefsOf(layer: number, steps: readonly Step[], priors: readonly Value[]): Record<string, Value> {
  const q = gaussianOf(sequenceOfSteps(steps.map((s) => s.belief)));
  const p = gaussianOf(sequenceOfSteps(priors));
  return {
    [`z${layer}`]: sequenceOfSteps(steps.map((s) => s.z)),
    [`z${layer}/mean`]: q.mean,
    [`z${layer}/std`]: q.std,
    [`prior${layer}/mean`]: p.mean,
    [`prior${layer}/std`]: p.std,
    [`h${layer}`]: sequenceOfSteps(steps.map((s) => s.h)),
  };
}

const elements = (v: Value): number => v.shape.reduce((n, a) => n * a.size, 1);
