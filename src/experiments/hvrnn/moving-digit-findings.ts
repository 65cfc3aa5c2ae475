import { type EventsResult, lockedText } from "../../probes/events.ts";
import type { FactorsOptions, LayerFactors } from "../../probes/factors.ts";
import { factorName } from "../../probes/watched-sequences.ts";
import type { Finding } from "../experiment.ts";
import { meanAndSpread, seedsOf, spread } from "../spread.ts";
import type { MovingDigitRun } from "./moving-digit.ts";

type Verdict = Finding["verdict"];

/** The authors' figure: best NMI of the first layer with a place, and of the second with a bounce. */
const PLACE = 0.28;
const BOUNCE = 0.46;

const places = ["x", "y"];
const bounces = ["bounce-x", "bounce-y"];

/** What the poster says of layers, beside what was found. */
export function movingDigitFindings(
  found: readonly MovingDigitRun[],
  { threshold }: Pick<FactorsOptions, "threshold">,
): Finding[] {
  const deep = found.filter(({ kind }) => kind === "hvrnn");
  const flat = found.filter(({ kind }) => kind === "vrnn");
  const layers = deep[0].factors.layers.map(({ layer }) => layer);
  return [
    placesInFirst(deep),
    bouncesInSecond(deep),
    spikesInSecond(deep),
    denseThird(deep, threshold),
    sparserFirst(deep, flat),
    {
      what: "best NMI of any latent with x, y, bounce x, bounce y",
      paper: "some latents of the VRNN go with the movement; only in the figure",
      ours: [
        `VRNN: ${listed(flat, 1, [...places, ...bounces])}`,
        ...layers.map((layer) => `layer ${layer}: ${listed(deep, layer, [...places, ...bounces])}`),
      ].join("; "),
      verdict: "measured",
    },
    {
      what: `share of latents that tell of any factor, NMI above ${threshold}, in %`,
      paper: "no numbers in the text",
      ours: [`VRNN: ${percent(flat, 1)}`, ...layers.map((layer) => `layer ${layer}: ${percent(deep, layer)}`)].join(
        "; ",
      ),
      verdict: "measured",
    },
    {
      what: "disentanglement and completeness (DCI), and mutual information gap (MIG), of the first layer",
      paper: "not measured",
      ours: `HVRNN ${scores(deep)}; VRNN ${scores(flat)}`,
      verdict: "measured",
    },
    {
      what: "lower bound on the log-probability of a test sequence's frames, nats",
      paper: "not measured",
      ours: `HVRNN, first layer: ${bounds(deep)}; VRNN: ${bounds(flat)}`,
      verdict: "measured",
    },
  ];
}

function placesInFirst(deep: readonly MovingDigitRun[]): Finding {
  const best = (run: MovingDigitRun, names: readonly string[]): number => bestOf(layerOf(run, 1), run, names, "nmi");
  const each = deep.map((run) => best(run, places) >= PLACE / 2 && best(run, places) > best(run, bounces));
  return {
    what: `best NMI of the first layer with x or y (shown: at least ${PLACE / 2}, and more than with bounces, in every seed; partly: in some)`,
    paper: `x and y, up to ${PLACE} in the figure`,
    ours: `${meanAndSpread(deep.map((run) => best(run, places)))}; with bounces ${spread(deep.map((run) => best(run, bounces)))}`,
    verdict: verdictOf(each),
  };
}

/** By the share of entropy: NMI depends on how a latent is cut into bins, and of rare events it is small in any case. */
function bouncesInSecond(deep: readonly MovingDigitRun[]): Finding {
  const best = (run: MovingDigitRun, names: readonly string[], by: "nmi" | "share"): number =>
    bestOf(layerOf(run, 2), run, names, by);
  const each = deep.map(
    (run) => best(run, bounces, "share") >= BOUNCE / 2 && best(run, bounces, "share") > best(run, places, "share"),
  );
  const over = (names: readonly string[], by: "nmi" | "share"): number[] => deep.map((run) => best(run, names, by));
  return {
    what: `largest share of a bounce's entropy that a latent of the second layer tells (shown: at least ${BOUNCE / 2}, and more than of places, in every seed; partly: in some)`,
    paper: `almost only bounces, NMI up to ${BOUNCE} in the figure`,
    ours: `${meanAndSpread(over(bounces, "share"))}, NMI ${spread(over(bounces, "nmi"))}; of places ${spread(over(places, "share"))}, NMI ${spread(over(places, "nmi"))}`,
    verdict: verdictOf(each),
  };
}

function spikesInSecond(deep: readonly MovingDigitRun[]): Finding {
  const second = (events: EventsResult) => events.layers.find(({ layer }) => layer === 2)!;
  const each = deep.map(({ events }) => {
    const locked = second(events).latents.filter((z) => z.locked);
    const late = locked.filter(({ lag }) => lag === 1).length;
    return late > 0 && 2 * late > locked.length && second(events).courses.every(({ peak }) => peak === 1);
  });
  const texts = deep.map(({ seed, events }) => {
    const peaks = second(events).courses.map(({ event, peak }) => `${factorName(event)} ${peak}`);
    return `seed ${seed}: ${lockedText(second(events))}; the layer's mean is highest at lag ${peaks.join(", ")}`;
  });
  return {
    what: "lag at which the second layer's latents answer to wall contacts; lag 1 is the first frame after the contact (shown: most locked latents, and the layer's mean, at lag 1 in every seed; partly: in some)",
    paper: "precisely one frame after the bounce",
    ours: texts.join("; "),
    verdict: verdictOf(each),
  };
}

function denseThird(deep: readonly MovingDigitRun[], threshold: number): Finding {
  const hoyer = (run: MovingDigitRun, layer: number): number => meanHoyer(layerOf(run, layer), run);
  const telling = (run: MovingDigitRun): number => layerOf(run, 3).telling;
  const each = deep.map((run) => telling(run) >= 0.5 && hoyer(run, 3) < hoyer(run, 1));
  return {
    what: `density of the third layer: share of its latents with any NMI above ${threshold}, and Hoyer's sparsity, mean over x, y and bounces (shown: at least half of the latents, and less sparse than the first layer, in every seed; partly: in some)`,
    paper: "dense in the figure; no numbers",
    ours: `${percent(deep, 3)} % of the latents; sparsity ${spread(deep.map((run) => hoyer(run, 3)))}, first layer ${meanAndSpread(deep.map((run) => hoyer(run, 1)))}`,
    verdict: verdictOf(each),
  };
}

function sparserFirst(deep: readonly MovingDigitRun[], flat: readonly MovingDigitRun[]): Finding {
  const sparsities = (runs: readonly MovingDigitRun[]): number[] => runs.map((run) => meanHoyer(layerOf(run, 1), run));
  const [h, v] = [sparsities(deep), sparsities(flat)];
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const apart = Math.min(...h) > Math.max(...v);
  return {
    what: "Hoyer's sparsity of the first layer's NMI, mean over x, y, bounce x and bounce y (shown: every seed of the HVRNN above every seed of the VRNN; partly: in the mean)",
    paper: "more sparsely disentangled in the first layer of the HVRNN than in the VRNN",
    ours: `HVRNN ${meanAndSpread(h, 3)}; VRNN ${meanAndSpread(v, 3)}`,
    verdict: apart ? "shown" : mean(h) > mean(v) ? "partly" : "not shown",
  };
}

const verdictOf = (each: readonly boolean[]): Verdict =>
  each.every(Boolean) ? "shown" : each.some(Boolean) ? "partly" : "not shown";

function layerOf({ factors }: MovingDigitRun, layer: number): LayerFactors {
  return factors.layers.find((l) => l.layer === layer)!;
}

const numbersOf = (run: MovingDigitRun, names: readonly string[]): number[] =>
  names.map((name) => run.factors.factors.findIndex((f) => f.name === name));

function bestOf(layer: LayerFactors, run: MovingDigitRun, names: readonly string[], by: "nmi" | "share"): number {
  return Math.max(...numbersOf(run, names).map((j) => layer.best[j][by]));
}

function meanHoyer({ hoyer }: LayerFactors, run: MovingDigitRun): number {
  const rows = numbersOf(run, [...places, ...bounces]).map((j) => hoyer.binned[j]);
  return rows.reduce((a, b) => a + b, 0) / rows.length;
}

/** "0.28 ± 0.02, 0.27 ± 0.01, …" */
const listed = (runs: readonly MovingDigitRun[], layer: number, names: readonly string[]): string =>
  names.map((name) => spread(runs.map((run) => bestOf(layerOf(run, layer), run, [name], "nmi")))).join(", ");

const percent = (runs: readonly MovingDigitRun[], layer: number): string =>
  spread(
    runs.map((run) => 100 * layerOf(run, layer).telling),
    0,
  );

function scores(runs: readonly MovingDigitRun[]): string {
  const over = (pick: (layer: LayerFactors) => number): string =>
    spread(
      runs.map((run) => pick(layerOf(run, 1))),
      3,
    );
  return `D ${over((l) => l.disentanglement)}, C ${over((l) => l.completeness)}, MIG ${over((l) => l.mig)} (${seedsOf(runs)})`;
}

const bounds = (runs: readonly MovingDigitRun[]): string =>
  meanAndSpread(
    runs.map(({ bound }) => bound ?? Number.NaN),
    1,
  );
