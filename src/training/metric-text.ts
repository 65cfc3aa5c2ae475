/** Names of metrics that people write otherwise than files do. */
const labels: Readonly<Record<string, string>> = {
  elbo: "ELBO",
  "beta-elbo": "β-ELBO",
  "sum-of-bounds": "sum of the layers' bounds",
  "decoded-mse": "decoded MSE",
  "spikes-mse": "spikes' MSE",
  "kalman-mse": "Kalman filter's MSE",
  "kalman-ratio": "ratio to the Kalman filter",
  "next-frame-mse": "next-frame MSE",
  "next-frame-sse": "next-frame SSE",
  "copy-last-mse": "copied last frame's MSE",
  "mean-frame-mse": "mean frame's MSE",
  "no-recurrence-mse": "MSE without recurrence",
  "shuffled-time-mse": "MSE in shuffled time",
};

/** What is measured otherwise than in nats: "" is a plain number. */
const units: Readonly<Record<string, string>> = {
  accuracy: "%",
  "squared-error": "",
  "decoded-mse": "rad²",
  "spikes-mse": "rad²",
  "kalman-mse": "rad²",
  "kalman-ratio": "",
  "next-frame-mse": "",
  "next-frame-sse": "",
  "copy-last-mse": "",
  "mean-frame-mse": "",
  "no-recurrence-mse": "",
  "shuffled-time-mse": "",
};

/** "ELBO −98.63 nats (reconstruction 72.64, kl 25.99)": metrics of one split in words, the first as in run.json with its unit. */
export function metricText(metrics: Readonly<Record<string, number>>): string {
  const [objective, ...others] = Object.entries(metrics).filter(([name]) => name !== "count");
  const [name, value] = objective;
  const rest = others.map(([other, v]) => `${metricLabel(other)} ${metricValue(other, v)}`).join(", ");
  const unit = metricUnit(name);
  const words = [metricLabel(name), metricValue(name, value), ...(unit && unit !== "%" ? [unit] : [])];
  return `${words.join(" ")}${rest ? ` (${rest})` : ""}`;
}

/** "ELBO" for "elbo", "kl of layer 2" for "kl2". */
export function metricLabel(name: string): string {
  return labels[name] ?? name.replace(/^(reconstruction|kl)(\d+)$/, "$1 of layer $2");
}

/** "nats", "rad²", "%", or "" for a plain number. */
export function metricUnit(name: string): string {
  return units[name] ?? "nats";
}

/** Two decimals for large numbers, four for small ones; three digits for squared errors, which can be far smaller; percent for shares. */
export function metricValue(name: string, value: number): string {
  if (metricUnit(name) === "%") return `${(100 * value).toFixed(2)} %`;
  if (metricUnit(name) !== "nats" && value !== 0 && Math.abs(value) < 0.01) return value.toExponential(2);
  return value.toFixed(Math.abs(value) < 10 ? 4 : 2);
}

/** Objective and scores of a split: what one looks at first. */
export function headline(metrics: Readonly<Record<string, number>>): readonly [name: string, value: number] {
  return Object.entries(metrics)[0];
}
