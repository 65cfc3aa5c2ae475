import { openFilter } from "../../analyses/filtering.ts";
import { centreOfMass, type PopulationCode } from "../../data/population-code.ts";
import type { Subject } from "../../probes/subject.ts";

/** What a trained filter makes of spikes, sequence by sequence. */
export interface FilteredPositions {
  /** Centres of mass of the reconstructions, rad: (sequence, time). */
  readonly decoded: Float64Array;
  /** States after each step: (sequence · time, unit). Of a model without a state, logarithms of its rates, which are linear in its hidden means. */
  readonly features: () => { readonly data: Float32Array; readonly width: number };
}

/** A trained model as a filter of positions. */
export interface PositionFilter {
  /** @param spikes (sequence, time, neuron) */
  filter(spikes: Float32Array, count: number): Promise<FilteredPositions>;
  dispose(): Promise<void>;
}

/** Opens a trained model; sessions are kept for each number and length of sequences. */
export function positionFilter(subject: Subject, code: PopulationCode): PositionFilter {
  const neurons = code.preferred.length;
  const opened = new Map<string, ReturnType<typeof openFilter>>();
  const open = async (count: number, length: number) => {
    const filter = await openFilter(subject.model, subject.runtime, { count, length }, subject.options);
    await filter.write(subject.parameters);
    return filter;
  };
  return {
    async filter(spikes, count) {
      const length = spikes.length / count / neurons;
      const key = `${count} × ${length}`;
      const filter = await (opened.get(key) ?? opened.set(key, open(count, length)).get(key)!);
      const { states, reconstructions } = await filter.filter(spikes);
      const [state] = Object.values(states);
      return {
        decoded: decoded(code, reconstructions, count),
        features: () => bySequence(state ?? reconstructions.map(Math.log), count, length),
      };
    },
    async dispose() {
      for (const filter of opened.values()) await (await filter).dispose();
      opened.clear();
    },
  };
}

/** @param rates (time, sequence, neuron) @returns (sequence, time) */
function decoded(code: PopulationCode, rates: Float32Array, count: number): Float64Array {
  const neurons = code.preferred.length;
  const out = new Float64Array(rates.length / neurons);
  const length = out.length / count;
  for (let i = 0; i < out.length; i++) {
    const place = (i % count) * length + Math.floor(i / count);
    out[place] = centreOfMass(code, rates.subarray(i * neurons, (i + 1) * neurons));
  }
  return out;
}

/** @param values (time, sequence, unit) @returns rows (sequence · time, unit) */
function bySequence(values: Float32Array, count: number, length: number) {
  const width = values.length / count / length;
  const data = new Float32Array(values.length);
  for (let i = 0; i < count * length; i++) {
    const place = (i % count) * length + Math.floor(i / count);
    data.set(values.subarray(i * width, (i + 1) * width), place * width);
  }
  return { data, width };
}
