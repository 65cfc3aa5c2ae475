import { type EventsOptions, type EventsResult, eventsOptions, measureEvents } from "../../probes/events.ts";
import { eventsFigures } from "../../probes/events-figures.ts";
import { type FactorsOptions, type FactorsResult, factorsOptions, measureFactors } from "../../probes/factors.ts";
import { factorsFigures } from "../../probes/factors-figures.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { readField, type Subject } from "../../probes/subject.ts";
import { measureTraces } from "../../probes/traces.ts";
import { tracesFigures } from "../../probes/traces-figures.ts";
import { firstSequences } from "../../probes/watched-sequences.ts";
import { experiment } from "../experiment.ts";
import { sparsityChart } from "./moving-digit-figures.ts";
import { movingDigitFindings } from "./moving-digit-findings.ts";
import { bothRuns, kindOf, notes, paper, testBound } from "./runs.ts";

interface Options {
  readonly factors: FactorsOptions;
  readonly events: EventsOptions;
  /** Test sequences among which the one with most wall contacts is drawn. */
  readonly shownOf: number;
}

const defaults: Options = {
  factors: factorsOptions.parse({}),
  events: eventsOptions.parse({}),
  shownOf: 20,
};

/** What was measured of one run. */
export interface MovingDigitRun {
  /** "hvrnn" or "vrnn" */
  readonly kind: string;
  readonly seed: number;
  readonly factors: FactorsResult;
  readonly events: EventsResult;
  /** Lower bound on log p of a test sequence's frames, nats; null for a run that has none. */
  readonly bound: number | null;
}

const networks: Readonly<Record<string, string>> = { hvrnn: "Hierarchical VRNN", vrnn: "VRNN" };

export const movingDigit = experiment<Options>({
  id: "hvrnn/moving-digit",
  title: "Factors of a bouncing digit in the latents of each layer",
  source: { paper, part: "Experiments: posterior means over 20 frames, and correlations with the factors" },
  about:
    "A VRNN of one layer and a hierarchical one of three watch a digit that bounces off walls. What do the posterior means of each layer tell of the " +
    "place, the bounces, the speed and the label: is the first layer's information sparser with layers above it, does the second layer " +
    "answer to bounces one frame later, and is the third dense? With Hoyer's sparsity, DCI and MIG.",
  presets: {
    paper: { note: notes.paper, runs: bothRuns("paper", [1, 2, 3]), options: defaults },
    quick: { note: notes.quick, runs: bothRuns("quick", [1, 2, 3]), options: defaults },
    smoke: {
      note: notes.smoke,
      runs: bothRuns("smoke", [1]),
      options: {
        factors: { ...defaults.factors, sequences: 30, bins: 4, samples: 100 },
        events: { ...defaults.events, sequences: 30, skip: 1, before: 2, after: 3, resamples: 20 },
        shownOf: 5,
      },
    },
  },
  async measure(runs, options, { progress }) {
    const found: MovingDigitRun[] = [];
    const figures: NamedFigure[] = [];
    for (const [i, run] of runs.entries()) {
      const subject = await run.open();
      const watched = (from: number): Subject => ({
        ...subject,
        progress: (part) => progress((i + from + part / 2) / runs.length),
      });
      const factors = await measureFactors(watched(0), options.factors);
      const events = await measureEvents(watched(0.5), options.events);
      const [kind, bound] = [kindOf(run), testBound(run)];
      if (!found.some((other) => other.kind === kind)) {
        figures.push(...(await figuresOf(kind, subject, options, factors, events)));
      }
      const { seed } = run.run.record;
      found.push({ kind, seed, factors, events, bound: Number.isFinite(bound) ? bound : null });
    }
    return {
      findings: movingDigitFindings(found, options.factors),
      numbers: { runs: found },
      figures: [...figures, sparsityFigure(found)],
    };
  },
});

/** Of the first run of a kind. */
async function figuresOf(
  kind: string,
  subject: Subject,
  options: Options,
  factors: FactorsResult,
  events: EventsResult,
): Promise<NamedFigure[]> {
  const sequence = liveliest(subject, options.shownOf);
  const traces = await measureTraces(subject, { sequence });
  const drawn = [
    ...(await tracesFigures(subject, { sequence }, traces)).map((f) => ({ ...f, name: "traces" })),
    ...factorsFigures(factors, options.factors),
    ...eventsFigures(events, options.events).map((f) => ({ ...f, name: `events-${f.name}` })),
  ];
  return drawn.map((figure) => ({
    ...figure,
    name: `${kind}-${figure.name}`,
    caption: `${networks[kind]}. ${figure.caption}`,
  }));
}

/** Of the first test sequences the one with most wall contacts. */
function liveliest(subject: Subject, among: number): number {
  const sequences = firstSequences(subject, among);
  const contacts = new Uint32Array(sequences.length);
  for (const wall of ["bounce-x", "bounce-y"]) {
    const marks = readField(subject, subject.dataset.splits.test, wall, sequences);
    const length = marks.length / sequences.length;
    marks.forEach((mark, i) => {
      if (mark !== 0) contacts[Math.floor(i / length)]++;
    });
  }
  return contacts.indexOf(Math.max(...contacts));
}

function sparsityFigure(found: readonly MovingDigitRun[]): NamedFigure {
  const seeds = found.filter(({ kind }) => kind === found[0].kind).length;
  const spread = seeds > 1 ? `, mean of ${seeds} seeds and their range` : "";
  return {
    name: "sparsity",
    image: { svg: sparsityChart(found) },
    alt: "Sparsity of each factor's information over the first layer's latents, for both networks",
    caption: `Hoyer's sparsity of each factor's normalised mutual information over the latents of the first layer${spread}: 1 if one latent alone tells of the factor, 0 if all tell as much.`,
  };
}
