import { lineChart, type Series } from "../../figures/chart.ts";
import { gridRuns } from "../../recipes/sweep.ts";
import { experiment, type Finding, type TrainedRun } from "../experiment.ts";
import { fixed } from "../spread.ts";
import { paper, testElbo } from "./runs.ts";

interface Options {
  /** Nats per image below the best that count as no difference. */
  readonly tolerance: number;
}

/** One of the nine conditions of a number of latents, and its score. */
interface Condition {
  readonly latent: number;
  readonly rate: number;
  readonly batch: number;
  /** Of the test images, nats per image. */
  readonly elbo: number;
}

const constant = (rate: number): string => `{"kind":"constant","rate":${rate}}`;
const rates = [0.01, 0.001, 0.0001];
const batches = [50, 100, 200];

/** Every number of latents with every rate and batch. */
function grid(preset: string, latents: readonly number[], set: readonly string[], few = false) {
  return gridRuns({
    recipe: "concept/vae",
    preset,
    set,
    axes: [
      `model.latent=${latents.join(",")}`,
      `train.rate=${(few ? [0.001] : rates).map(constant).join(",")}`,
      `train.batch=${(few ? [100] : batches).join(",")}`,
    ],
    seeds: [1],
  });
}

export const generalization = experiment<Options>({
  id: "concept/generalization",
  title: "Generalization over the number of latents",
  source: { paper, part: "§3.4, fig. 7" },
  about:
    "How many latents does a VAE of MNIST need? For every N_z nine trainings differ in learning rate (0.01, 0.001, 0.0001) and batch (50, 100, 200); " +
    "the one with the best test ELBO stands for it.",
  presets: {
    paper: {
      note: "The paper's network, conditions and 100 epochs: 108 trainings, days on two cores. The numbers of latents are ours, as fig. 7 only draws them.",
      runs: grid(
        "paper",
        [2, 4, 6, 8, 10, 12, 14, 16, 20, 30, 50, 100],
        ["train.epochs=100", "train.evaluateEvery=10"],
      ),
      options: { tolerance: 1 },
    },
    quick: {
      note:
        "256 hidden units instead of 1,024, 20,000 training images instead of 60,000, 30 epochs instead of 100, seven numbers of latents, the paper's nine conditions: 63 trainings, about half an hour on two cores. " +
        "A smaller network on fewer images has a lower ELBO throughout; that it stops to improve with N_z is what is looked for.",
      runs: grid(
        "quick",
        [2, 6, 10, 14, 20, 50, 100],
        ["model.hidden=256", "data.trainLimit=20000", "train.epochs=30", "train.evaluateEvery=30"],
      ),
      options: { tolerance: 1 },
    },
    smoke: {
      note: "Two numbers of latents in one condition, a small network on generated glyphs: for tests.",
      runs: grid("smoke", [2, 4], ["train.epochs=1"], true),
      options: { tolerance: 1 },
    },
  },
  measure: async (runs, { tolerance }) => {
    const conditions = runs.map(conditionOf);
    const best = bestOf(conditions);
    const enough = enoughLatents(best, tolerance);
    return {
      findings: findings(best, enough, tolerance),
      numbers: { best, enough, tolerance, conditions },
      figures: [
        {
          name: "elbo",
          image: { svg: elboChart(conditions, best) },
          alt: "Test ELBO over the number of latents",
          caption:
            "Test ELBO over the number of latents N_z (logarithmic axis): the best condition of each, and in gray all conditions of learning rate and batch. " +
            "What lies far below the best is cut off.",
        },
      ],
    };
  },
});

function conditionOf(trained: TrainedRun): Condition {
  const { config } = trained.run;
  const { rate, batch } = config.train;
  return {
    latent: config.model["latent"] as number,
    rate: rate.kind === "constant" ? rate.rate : Number.NaN,
    batch,
    elbo: testElbo(trained),
  };
}

/** The condition with the greatest ELBO for every number of latents, these rising. */
function bestOf(conditions: readonly Condition[]): Condition[] {
  const best = new Map<number, Condition>();
  for (const c of conditions) {
    if (c.elbo > (best.get(c.latent)?.elbo ?? Number.NEGATIVE_INFINITY)) best.set(c.latent, c);
  }
  return [...best.values()].sort((a, b) => a.latent - b.latent);
}

/** The least number of latents whose ELBO is within `tolerance` of the best. */
function enoughLatents(best: readonly Condition[], tolerance: number): number {
  const top = Math.max(...best.map((c) => c.elbo));
  return best.find((c) => c.elbo >= top - tolerance)!.latent;
}

/** @param enough least number of latents within the tolerance of the best */
function findings(best: readonly Condition[], enough: number, tolerance: number): Finding[] {
  const top = best.reduce((a, b) => (b.elbo > a.elbo ? b : a));
  const after = best.filter((c) => c.latent >= enough).map((c) => c.elbo);
  const spread = Math.max(...after) - Math.min(...after);
  const nats = tolerance === 1 ? "1 nat" : `${tolerance} nats`;
  return [
    {
      what: `least N_z whose test ELBO is within ${nats} of the best (shown: from 10 to 20)`,
      paper: "generalization error least near N_z = 14",
      ours: `${enough}; the best is N_z = ${top.latent}`,
      verdict: enough >= 10 && enough <= 20 ? "shown" : "not shown",
    },
    {
      what: `spread of the test ELBO from that N_z on (shown: at most ${nats}; partly: at most ${3 * tolerance} nats)`,
      paper: "no significant change after",
      ours: `${spread.toFixed(2)} nats over N_z = ${best
        .filter((c) => c.latent >= enough)
        .map((c) => c.latent)
        .join(", ")}`,
      verdict: spread <= tolerance ? "shown" : spread <= 3 * tolerance ? "partly" : "not shown",
    },
    {
      what: "best test ELBO over N_z, nats per image",
      paper: "no numbers in the text",
      ours: best.map((c) => `${c.latent}: ${fixed(c.elbo, 2)}`).join("; "),
      verdict: "measured",
    },
  ];
}

/** Numbers of the palette: blue for the best, light gray for the others. */
const [BLUE, GRAY] = [0, 7];

function elboChart(conditions: readonly Condition[], best: readonly Condition[]): string {
  const lineOf = (cs: readonly Condition[]) =>
    cs.toSorted((a, b) => a.latent - b.latent).map((c) => [c.latent, c.elbo] as const);
  const nameOf = ({ rate, batch }: Condition): string => `${rate}/${batch}`;
  const known = conditions.filter((c) => Number.isFinite(c.elbo));
  const all = [...new Set(known.map(nameOf))].map(
    (name, i): Series => ({
      name: i === 0 ? "each condition" : "",
      points: lineOf(known.filter((c) => nameOf(c) === name)),
      color: GRAY,
    }),
  );
  const elbos = best.map((c) => c.elbo);
  const [low, high] = [Math.min(...elbos), Math.max(...elbos)];
  const room = Math.max(1, 0.15 * (high - low));
  return lineChart({
    id: "generalization-elbo",
    series: [...all, { name: "best condition", points: lineOf(best), color: BLUE }],
    x: { label: "number of latents N_z", type: "log" },
    y: { label: "test ELBO", unit: "nats per image", domain: [low - room, high + room] },
  });
}
