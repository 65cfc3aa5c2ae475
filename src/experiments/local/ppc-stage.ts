import { displacedSpikes } from "../../analyses/displaced-spikes.ts";
import type { DisplacedStep } from "../../analyses/impulse-response.ts";
import { internal } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { type Dataset, fieldOf, type Split } from "../../data/dataset.ts";
import type { LtiPpc } from "../../data/lti-ppc.ts";
import { decodedSequences } from "./kalman-rows.ts";

/** How filters of positions are asked. */
export interface PpcOptions {
  /** What the linear read-out is fitted to: each seed's own training sequences, their first steps, and every how many of these. */
  readonly readout: { readonly sequences: number; readonly steps: number; readonly every: number };
  /** What Kalman filters are fitted to, each seed its own sequences, and steps of expectation maximisation at most. */
  readonly kalman: { readonly sequences: number; readonly steps: number; readonly iterations: number };
  /** The displaced step, how far it is displaced (rad), the last lag, and training sequences that are averaged. */
  readonly impulse: {
    readonly at: number;
    readonly displacement: number;
    readonly lags: number;
    readonly sequences: number;
  };
  /** Steps that are left out at the beginning of sequences where orders are compared. */
  readonly settle: number;
}

/** Sequences of one length. */
export interface Sequences {
  readonly count: number;
  readonly length: number;
  /** (sequence, time, neuron) */
  readonly spikes: Float32Array;
  /** rad, (sequence, time) */
  readonly position: Float32Array;
}

/** What all filters are asked with. */
export interface PpcStage {
  readonly data: LtiPpc;
  readonly test: Sequences;
  /** The test sequences with the steps of each in an order drawn at random. */
  readonly shuffled: Sequences;
  /** Centres of mass of the test spikes, rad: (sequence, time). NaN where there are none. */
  readonly centres: Float64Array;
  /** Training sequences with one displaced step. */
  readonly displaced: DisplacedStep & { readonly count: number };
}

/** The experiment's own draws come from streams of this seed. */
const SEED = 1;

/** @throws UsageError if the data have no spring */
export function ppcStage(dataset: Dataset, { impulse }: PpcOptions): PpcStage {
  const data = "code" in dataset && "spring" in dataset ? (dataset as LtiPpc) : internal(`${dataset.id} has no spring`);
  const test = readSequences(data, data.splits.test, firstOnes(data.splits.test.count));
  const { at, lags, displacement, sequences } = impulse;
  const own = firstOnes(Math.min(sequences, data.splits.train.count));
  const training = cutTo(readSequences(data, data.splits.train, own), at + lags + 1);
  const gain = cutRows(read(data, data.splits.train, "gain", own), own.length, training.length);
  const displaced = displacedSpikes(
    data.code,
    { ...training, gain },
    { stream: stream(SEED, "local-ppc/displaced"), at, displacement },
  );
  return {
    data,
    test,
    shuffled: shuffled(test),
    centres: Float64Array.from(
      decodedSequences(data, test.spikes, test.count).flatMap(({ y }) => Array.from(y as ArrayLike<number>)),
    ),
    displaced: { ...displaced, count: own.length },
  };
}

/** Training sequences of a seed's own, cut to so many steps. */
export function trainingSequences({ data }: PpcStage, seed: number, count: number, steps = Infinity): Sequences {
  const { train } = data.splits;
  const own = firstOnes(count).map((i) => ((seed - 1) * count + i) % train.count);
  const found = readSequences(data, train, own);
  return cutTo(found, Math.min(steps, found.length));
}

const firstOnes = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function read(data: LtiPpc, split: Split, field: string, own: readonly number[]): Float32Array {
  const out = new Float32Array(own.length * sizeOf(fieldOf(data, field).shape));
  split.read(field, own, out);
  return out;
}

function readSequences(data: LtiPpc, split: Split, own: readonly number[]): Sequences {
  const [spikes, position] = ["spikes", "position"].map((field) => read(data, split, field, own));
  return { count: own.length, length: position.length / own.length, spikes, position };
}

/** The first steps of each sequence. */
function cutTo({ count, length, spikes, position }: Sequences, steps: number): Sequences {
  const width = spikes.length / position.length;
  return {
    count,
    length: Math.min(steps, length),
    spikes: cutRows(spikes, count, steps * width),
    position: cutRows(position, count, steps),
  };
}

/** The first numbers of each of `count` equal stretches. */
function cutRows(all: Float32Array, count: number, most: number): Float32Array {
  const size = all.length / count;
  const kept = Math.min(most, size);
  const out = new Float32Array(count * kept);
  for (let n = 0; n < count; n++) out.set(all.subarray(n * size, n * size + kept), n * kept);
  return out;
}

function shuffled({ count, length, spikes, position }: Sequences): Sequences {
  const width = spikes.length / position.length;
  const order = stream(SEED, "local-ppc/shuffled");
  const out = { count, length, spikes: new Float32Array(spikes.length), position: new Float32Array(position.length) };
  for (let n = 0; n < count; n++) {
    order.permutation(n, length).forEach((from, t) => {
      const [source, place] = [n * length + from, n * length + t];
      out.spikes.set(spikes.subarray(source * width, (source + 1) * width), place * width);
      out.position[place] = position[source];
    });
  }
  return out;
}
