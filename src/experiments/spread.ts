import { meanAndError } from "../analyses/concepts/distances.ts";

/** "3.41 ± 0.12 (n = 3)": mean and standard deviation over seeds; the number alone for one seed. */
export function meanAndSpread(values: readonly number[], digits = 2, unit = ""): string {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return "none";
  const { mean, sd, n } = meanAndError(known);
  const of = known.length < values.length ? ` of ${values.length}` : "";
  const shown = mean.toFixed(digits).replace("-", "−");
  const text = n === 1 ? shown : `${shown} ± ${sd.toFixed(digits)}`;
  return `${text}${unit} (${n === 1 && of === "" ? "1 seed" : `n = ${n}${of}`})`;
}

/** "10, 9, 10": one number a seed. */
export const eachSeed = (values: readonly number[]): string => values.join(", ");
