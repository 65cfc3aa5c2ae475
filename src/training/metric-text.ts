/** Names of metrics that people write otherwise than files do. */
const labels: Readonly<Record<string, string>> = { elbo: "ELBO" };

/** What counts or is a share, not nats. */
const shares = new Set(["accuracy"]);

/** "ELBO −98.63 nats (reconstruction 72.64, kl 25.99)": metrics of one split in words, the objective first as in run.json. */
export function metricText(metrics: Readonly<Record<string, number>>): string {
  const [objective, ...others] = Object.entries(metrics).filter(([name]) => name !== "count");
  const [name, value] = objective;
  const rest = others.map(([other, v]) => `${metricLabel(other)} ${metricValue(other, v)}`).join(", ");
  return `${metricLabel(name)} ${metricValue(name, value)} nats${rest ? ` (${rest})` : ""}`;
}

/** "ELBO" for "elbo". */
export function metricLabel(name: string): string {
  return labels[name] ?? name;
}

/** Two decimals for large numbers of nats, four for small ones, percent for shares. */
export function metricValue(name: string, value: number): string {
  if (shares.has(name)) return `${(100 * value).toFixed(2)} %`;
  return value.toFixed(Math.abs(value) < 10 ? 4 : 2);
}

/** Objective and scores of a split: what one looks at first. */
export function headline(metrics: Readonly<Record<string, number>>): readonly [name: string, value: number] {
  return Object.entries(metrics)[0];
}
