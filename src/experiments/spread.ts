import { meanAndError } from "../analyses/concepts/distances.ts";

/** Arithmetic mean; NaN of none. */
export const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** "3.41 ± 0.12 (n = 3)": mean and standard deviation over seeds; the number alone for one seed. */
export function meanAndSpread(values: readonly number[], digits = 2, unit = ""): string {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return "none";
  const n = known.length;
  const of = known.length < values.length ? ` of ${values.length}` : "";
  return `${spread(known, digits)}${unit} (${n === 1 && of === "" ? "1 seed" : `n = ${n}${of}`})`;
}

/** "3.41 ± 0.12": the same without the number of seeds. */
export function spread(values: readonly number[], digits = 2): string {
  const { mean, sd, n } = meanAndError(values);
  return n === 1 ? fixed(mean, digits) : `${fixed(mean, digits)} ± ${fixed(sd, digits)}`;
}

/** "1 seed", "3 seeds" */
export const seedsOf = ({ length }: { readonly length: number }): string =>
  `${length} ${length === 1 ? "seed" : "seeds"}`;

/** "−0.05": with so many decimals, and a minus sign that is one. */
export const fixed = (value: number, digits: number): string => value.toFixed(digits).replace("-", "−");

/** "10, 9, 10": one number a seed. */
export const eachSeed = (values: readonly number[]): string => values.join(", ");
