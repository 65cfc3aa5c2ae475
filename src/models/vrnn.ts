/**
 * Variational recurrent neural network for moving images.
 * Chung, Kastner, Dinh, Goel, Courville & Bengio, "A recurrent latent variable model for sequential data" (arXiv:1506.02216v6),
 * eqs. (5)–(11); networks and sizes as in one layer of Miyoshi, Arakawa & Yamakawa's hierarchical VRNN.
 *
 *   x_t (batch, pixel)  intensities in [0, 1], read as Bernoulli means      z_t (batch, latent)
 *   h_t (batch, hidden)  h_0 = 0                                            ε_t (batch, latent)  standard normal
 *
 * Differs: f is a plain tanh recurrence or a GRU instead of an LSTM; a weight β of the KL term may be given.
 */
import { type Axis, axis } from "../base/shape.ts";
import { bernoulli } from "../distributions/bernoulli.ts";
import { klGaussian } from "../distributions/gaussian.ts";
import { noise } from "../graph/leaves.ts";
import { sigmoid } from "../graph/ops/activations.ts";
import { mul, neg } from "../graph/ops/arithmetic.ts";
import { full, sum } from "../graph/ops/broadcast.ts";
import { reshape } from "../graph/ops/layout.ts";
import { slice } from "../graph/ops/slice.ts";
import type { Value } from "../graph/value.ts";
import type { InitializerName } from "../nn/initializers.ts";
import { timeSteps } from "../nn/recurrence.ts";
import { framesSeen, switchesOf } from "./interventions.ts";
import type { Model, TraceOptions } from "./model.ts";
import { rowsInTime, rowsOfSteps, sequenceOfSteps, stepsOfRows } from "./sequence-rows.ts";
import { gaussianOf, vrnnNets } from "./vrnn-nets.ts";

export interface VrnnConfig {
  /** Height and width of a frame: 8, 16, 32, 64 … */
  readonly side: number;
  /** Frames of a sequence (20). */
  readonly steps: number;
  /** Maps of every convolution (64). */
  readonly channels: number;
  /** Size of h and of every dense layer (256). */
  readonly hidden: number;
  /** Size of z_t (16). */
  readonly latent: number;
  /** f of eq. (7) ("tanh"). */
  readonly recurrence: "tanh" | "gru";
  readonly init: InitializerName;
  /** β, weight of the KL term (1). */
  readonly beta?: number;
}

export const vrnnDefaults: VrnnConfig = {
  side: 64,
  steps: 20,
  channels: 64,
  hidden: 256,
  latent: 16,
  recurrence: "tanh",
  init: "glorot-uniform",
};

/** What one step leaves behind, each (batch, …). */
interface Step {
  /** h_{t−1}, as it was read. */
  readonly before: Value;
  /** μ and log σ² of q(z_t | x_≤t, z_<t), or of the prior where no frame was seen. */
  readonly belief: Value;
  readonly z: Value;
  readonly φz: Value;
  /** h_t */
  readonly h: Value;
}

export function vrnn(config: VrnnConfig): Model {
  const { side, steps: T, channels, hidden, latent, recurrence, init, beta: β = 1 } = config;
  const [time, pixel, H, Z] = [
    axis("time", T),
    axis("pixel", side ** 2),
    axis("hidden", hidden),
    axis("latent", latent),
  ];
  const frame = [axis("", 1), axis("", side), axis("", side)];
  const nets = vrnnNets("", { input: frame, output: "linear", channels, hidden, latent, recurrence, init });
  const { φx, φz, posterior, prior, decode, recur } = nets;

  /** ε_1…ε_T */
  const draws = (batch: Axis): Value[] => timeSteps(noise("vrnn/z", "normal", [time, batch, Z]));

  const run = (x: Value, ε: readonly Value[] | undefined, { interventions = [], ...options }: TraceOptions) => {
    const [batch] = x.shape;
    const observed = framesSeen(options.observed, T);
    const switches = switchesOf(interventions, { layers: 1, latent, steps: T });
    const draw = (belief: Value, t: number): Value => {
      const p = gaussianOf(belief);
      return switches.clamp(1, t, ε ? p.sample(ε[t]) : p.mean);
    };
    const rows = axis("", batch.size * observed);
    const seen =
      observed > 0 ? stepsOfRows(φx(reshape(slice(x, 1, 0, observed), [rows, ...frame])).features, batch) : [];

    const zero = full([batch, H], 0);
    const steps: Step[] = [];
    for (let t = 0; t < T; t++) {
      const before = t === 0 || switches.suppressed(1, t) ? zero : steps[t - 1].h;
      const belief = t < observed ? posterior(seen[t], before) : prior(before); // eq. (9), or (5)
      const z = draw(belief, t);
      const fz = φz(z);
      const fx = seen[t] ?? φx(sigmoid(decode(fz, before))).features; // the mean of eq. (6)
      steps.push({ before, belief, z, φz: fz, h: recur(fx, fz, before) }); // eq. (7)
    }
    return { steps, draw };
  };

  const priorOf = (steps: readonly Step[]): Value => prior(rowsInTime(steps.map((s) => s.before))); // eq. (5)
  /** Logits of p(x_t | z_≤t, x_<t), eq. (6), of all steps at once: (batch, time, pixel). */
  const logits = (steps: readonly Pick<Step, "φz" | "before">[]): Value => {
    const decoded = decode(rowsOfSteps(steps.map((s) => s.φz)), rowsOfSteps(steps.map((s) => s.before)));
    return reshape(decoded, [axis("batch", decoded.shape[0].size / T), time, pixel]);
  };

  return {
    name: "vrnn",
    source: "Chung et al. 2015, arXiv:1506.02216v6",
    observation: { shape: [time, pixel], range: [0, 1], doc: "frames, 0 = background, 1 = ink" },
    latents: [
      { name: "z1", layer: 1, shape: [time, Z], kind: "stochastic" },
      { name: "h1", layer: 1, shape: [time, H], kind: "deterministic" },
    ],
    variables: nets.variables,
    objective: β === 1 ? "elbo" : "beta-elbo",
    /** −Σ_t of eq. (11), nats per sequence: β·KL(q(z_t | x_≤t, z_<t) ‖ p(z_t | x_<t, z_<t)) − log p(x_t | z_≤t, x_<t) */
    loss: ({ x }) => {
      const { steps } = run(x, draws(x.shape[0]), {});
      const inTime = [time, x.shape[0], axis("", 2 * latent)];
      const q = gaussianOf(reshape(rowsInTime(steps.map((s) => s.belief)), inTime));
      const kl = sum(klGaussian(q, gaussianOf(reshape(priorOf(steps), inTime))), ["time"]);
      return {
        reconstruction: neg(sum(bernoulli(logits(steps)).logProb(x), ["time"])),
        kl: β === 1 ? kl : mul(β, kl),
      };
    },
    trace: (x, options = {}) => {
      const { steps, draw } = run(x, options.sample ? draws(x.shape[0]) : undefined, options);
      const priors = timeSteps(reshape(priorOf(steps), [time, x.shape[0], axis("", 2 * latent)]));
      const q = gaussianOf(sequenceOfSteps(steps.map((s) => s.belief)));
      const p = gaussianOf(sequenceOfSteps(priors));
      const expected = steps.map(({ before }, t) => ({ before, φz: φz(draw(priors[t], t)) }));
      return {
        z1: sequenceOfSteps(steps.map((s) => s.z)),
        "z1/mean": q.mean,
        "z1/std": q.std,
        "prior1/mean": p.mean,
        "prior1/std": p.std,
        h1: sequenceOfSteps(steps.map((s) => s.h)),
        reconstruction: sigmoid(logits(steps)),
        prediction: sigmoid(logits(expected)),
      };
    },
  };
}
