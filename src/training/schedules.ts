/** A learning rate for every step, counted from 0. */
export type Schedule = (step: number) => number;

/** The same rate throughout. */
export function constantRate(rate: number): Schedule {
  return () => rate;
}

/** One rate after the other: `rates[i]` for `lengths[i]` steps, the last one for ever. */
export function piecewise(rates: readonly number[], lengths: readonly number[]): Schedule {
  return (step) => {
    let end = 0;
    const i = lengths.findIndex((n) => step < (end += n));
    return rates[i < 0 ? rates.length - 1 : Math.min(i, rates.length - 1)];
  };
}

/** Half a cosine from `rate` down to `rate·floor` over `steps`, after a linear rise during `warmup` steps (Loshchilov & Hutter 2017, eq. 5). */
export function cosine(rate: number, steps: number, floor = 0, warmup = 0): Schedule {
  return (step) => {
    if (step < warmup) return (rate * (step + 1)) / warmup;
    const part = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
    return rate * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * part))) / 2);
  };
}

/** rate / factorᵉ in epoch e = 1, 2, … of `length` steps. */
export function exponential(rate: number, factor: number, length: number): Schedule {
  return (step) => rate / factor ** (1 + Math.floor(step / length));
}

/** From `rate` down towards 0 in equal parts: rate·(1 − (e − 1)/epochs) in epoch e = 1 … epochs of `length` steps. */
export function linear(rate: number, epochs: number, length: number): Schedule {
  return (step) => rate * Math.max(0, 1 - Math.floor(step / length) / epochs);
}
