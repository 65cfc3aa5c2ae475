import { wrapped, wrappedDifference } from "../base/circle.ts";
import { UsageError } from "../base/errors.ts";

/** Neurons with equal Gaussian tuning curves, evenly spaced round a circle. Angles in radians. */
export interface PopulationCode {
  /** Positions of greatest response, from −range/2 to range/2, ends included: (neuron). */
  readonly preferred: Float64Array;
  /** Of the circle: neurons/(neurons − 1) × range, so that the last neuron is as far from the first as from its other neighbour. */
  readonly circumference: number;
  /** Variance of a tuning curve, rad². */
  readonly tuningVariance: number;
}

/** What populationCode may be told. */
export interface PopulationCodeOptions {
  /** Default 15. */
  readonly neurons?: number;
  /** Distance from the first preferred position to the last, rad. Default 2π/3. */
  readonly range?: number;
  /** Full width of a tuning curve at half its height, rad. Default range/6. */
  readonly halfHeightWidth?: number;
}

/**
 * A population code with the constants of Makin, Dichter & Sabes 2015, "Learning to estimate dynamical state with
 * probabilistic population codes" (PLoS Computational Biology 11), as their public code sets them (github.com/jgmakin/rbmish).
 * @throws UsageError unless there are at least 2 neurons and both widths are positive
 */
export function populationCode({
  neurons = 15,
  range = (2 * Math.PI) / 3,
  halfHeightWidth = range / 6,
}: PopulationCodeOptions = {}): PopulationCode {
  if (!(Number.isSafeInteger(neurons) && neurons >= 2 && range > 0 && halfHeightWidth > 0)) {
    throw new UsageError({
      where: "population code",
      expected: "2 or more neurons, and positive widths",
      got: `${neurons} neurons, range ${range}, half-height width ${halfHeightWidth}`,
      fix: "correct the options of the code",
    });
  }
  const spacing = range / (neurons - 1);
  return {
    preferred: Float64Array.from({ length: neurons }, (_, i) => i * spacing - range / 2),
    circumference: neurons * spacing,
    tuningVariance: halfHeightWidth ** 2 / (8 * Math.LN2), // exp(−(w/2)²/2σ²) = ½
  };
}

/**
 * Mean counts of all neurons: gain × exp(−d²/2σ²), summed over the position and its images whole turns away.
 * @param position rad
 * @param gain     height of a tuning curve, spikes
 * @param out      where they are written: (neuron)
 */
export function rates(
  { preferred, circumference, tuningVariance }: PopulationCode,
  position: number,
  gain: number,
  out = new Float64Array(preferred.length),
): Float64Array {
  const neurons = preferred.length;
  const [δ, s] = [circumference / neurons, 1 / (2 * tuningVariance)];
  const nearest = Math.round((position - preferred[0]) / δ);
  const d = position - preferred[0] - nearest * δ;
  const first = nearest - neurons * Math.floor(nearest / neurons);
  // From the nearest neuron outwards e^−(d ∓ kδ)²s, round the circle: each is the one before times a ratio, and so are the ratios.
  const falls = Math.exp(-2 * δ * δ * s);
  out.fill(0);
  for (let side = -1; side <= 1; side += 2) {
    let curve = Math.exp(-d * d * s);
    let ratio = Math.exp((2 * side * d - δ) * δ * s);
    for (let at = first, k = 0; curve > FAR; curve *= ratio, ratio *= falls, k++) {
      if (k > 0 || side > 0) out[at] += gain * curve; // the nearest one once
      at += side;
      if (at < 0) at = neurons - 1;
      else if (at === neurons) at = 0;
    }
  }
  return out;
}

/** Below this part of its height, 9 standard deviations away, a tuning curve is taken for 0. */
const FAR = 4e-18;

/**
 * The position that a population tells: the centre of mass of its activity, on the circle cut open opposite the most
 * active neuron (the first, of equals).
 * @param activity counts or rates, ≥ 0: (neuron)
 * @returns        rad in [−c/2, c/2); NaN if nothing is active
 */
export function centreOfMass({ preferred, circumference }: PopulationCode, activity: ArrayLike<number>): number {
  let peak = 0;
  for (let i = 1; i < preferred.length; i++) if (activity[i] > activity[peak]) peak = i;
  let [mass, moment] = [0, 0];
  for (let i = 0; i < preferred.length; i++) {
    mass += activity[i];
    moment += activity[i] * wrappedDifference(preferred[i], preferred[peak], circumference);
  }
  return wrapped(preferred[peak] + moment / mass, circumference);
}

/** What the spikes of each step tell of the position: y_t = x_t + v_t, v_t ~ N(0, R_t). */
export interface DecodedSpikes {
  /** Centres of mass, rad: (time). NaN where there are no spikes. */
  readonly y: Float64Array;
  /** Tuning variance / number of spikes, rad²: (time). ∞ where there are none. */
  readonly R: Float64Array;
}

/**
 * Centre of mass and its variance, step by step. For Gaussian tuning curves that tile the circle evenly, the likelihood of
 * the position given Poisson counts is a Gaussian with these two numbers (Ma, Beck, Latham & Pouget 2006).
 * @param spikes counts: (time, neuron)
 */
export function decodeSpikes(code: PopulationCode, spikes: Float32Array): DecodedSpikes {
  const neurons = code.preferred.length;
  const steps = spikes.length / neurons;
  const [y, R] = [new Float64Array(steps), new Float64Array(steps)];
  for (let t = 0; t < steps; t++) {
    const counts = spikes.subarray(t * neurons, (t + 1) * neurons);
    y[t] = centreOfMass(code, counts);
    R[t] = code.tuningVariance / counts.reduce((n, k) => n + k, 0);
  }
  return { y, R };
}
