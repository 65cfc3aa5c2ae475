import { meanAndError } from "../../analyses/concepts/distances.ts";
import {
  type DecodedFactor,
  type DecodedState,
  type DecodingOptions,
  type DecodingResult,
  decodingOptions,
  measureDecoding,
} from "../../probes/decoding.ts";
import { decodingChart, type Reading, type Readings } from "../../probes/decoding-figures.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { factorName } from "../../probes/watched-sequences.ts";
import { experiment, type Finding } from "../experiment.ts";
import { meanAndSpread } from "../spread.ts";
import { bothRuns, kindOf, notes, paper } from "./runs.ts";

const defaults = decodingOptions.parse({});

export const decoding = experiment<DecodingOptions>({
  id: "hvrnn/decoding",
  title: "Which layer's state tells speed, place and label",
  source: { paper, part: "Functional Differentiation; code at github.com/miyosuda/hvrnn" },
  about:
    "What the state h of each layer tells of the factors that films were drawn from, read out linearly: ridge regression for places and speed, logistic regression " +
    "for labels, speeds and bounces. Does the speed, which one layer alone keeps in its state, move up where an upper layer predicts the lower one, and does the label stay where it was?",
  presets: {
    paper: {
      note: `${notes.paper} 2000 films.`,
      runs: bothRuns("paper", [1, 2, 3]),
      options: { ...defaults, sequences: 2000 },
    },
    quick: { note: `${notes.quick} 1000 films.`, runs: bothRuns("quick", [1, 2, 3]), options: defaults },
    smoke: {
      note: notes.smoke,
      runs: bothRuns("smoke", [1]),
      options: { ...defaults, sequences: 30, from: 2, every: 2 },
    },
  },
  async measure(runs, options, { progress }) {
    const found: DecodedRun[] = [];
    for (const [i, run] of runs.entries()) {
      const subject = { ...(await run.open()), progress: (part: number) => progress((i + part) / runs.length) };
      found.push({ kind: kindOf(run), seed: run.run.record.seed, ...(await measureDecoding(subject, options)) });
    }
    return {
      findings: findings(found),
      numbers: { runs: found },
      figures: ["h", "z"].map((kind) => figure(kind, found)),
    };
  },
});

/** What was read out of a run. */
export interface DecodedRun extends DecodingResult {
  /** "vrnn" or "hvrnn" */
  readonly kind: string;
  readonly seed: number;
}

/** Readings of one factor out of one state, of every run of a kind. */
function readingsOf(runs: readonly DecodedRun[], kind: string, state: string, key: "r2" | "accuracy", factor: string) {
  return runs
    .filter((run) => run.kind === kind)
    .flatMap(({ states }) => states.find((s) => s.state === state)?.[key].find((f) => f.factor === factor) ?? []);
}

/** Names of the states h of a kind, from the bottom up. */
const statesOf = (runs: readonly DecodedRun[], kind: string): string[] =>
  (runs.find((run) => run.kind === kind)?.states ?? []).map(({ state }) => state).filter((s) => s.startsWith("h"));

const meanOf = (found: readonly DecodedFactor[]): number => meanAndError(found.map((f) => f.value)).mean;
const spreadOf = (found: readonly DecodedFactor[]): string => meanAndSpread(found.map((f) => f.value));

/** A linear map that explains this much of the speed's variance reads it well. */
const WELL = 0.5;
/** Accuracies of labels that differ by no more are the same. */
const SAME = 0.05;

/** @param runs of both kinds, one or more seeds each */
export function findings(runs: readonly DecodedRun[]): Finding[] {
  const speed = (kind: string, state: string): DecodedFactor[] => readingsOf(runs, kind, state, "r2", "speed");
  const label = (kind: string, state: string): DecodedFactor[] => readingsOf(runs, kind, state, "accuracy", "label");
  const layers = statesOf(runs, "hvrnn");
  const alone = speed("vrnn", "h1");
  const lowest = speed("hvrnn", "h1");
  const above = layers.slice(1).map((state) => speed("hvrnn", state));
  const higher = lowest.filter((own, i) => above.some((layer) => layer[i].low > own.high));
  const fell = lowest.length > 0 && lowest.every((own) => alone.every((other) => own.high < other.low));
  const told = [...label("vrnn", "h1"), ...label("hvrnn", "h1")].every((f) => f.low > f.chance);
  const apart = Math.abs(meanOf(label("hvrnn", "h1")) - meanOf(label("vrnn", "h1")));
  return [
    {
      what: `R² of the speed from the state of a one-layer VRNN (shown: above ${WELL} in every seed; partly: above chance, beyond the interval, in every seed)`,
      paper: "decoded well",
      ours: spreadOf(alone),
      verdict: alone.every((f) => f.value > WELL)
        ? "shown"
        : alone.every((f) => f.low > Math.max(0, f.chance))
          ? "partly"
          : "not shown",
    },
    {
      what: "R² of the speed from the states of an HVRNN's layers (shown: in every seed an upper layer's interval lies above that of layer 1, and this below the VRNN's; partly: one of the two, or in some seeds)",
      paper: "moves to the upper layers",
      ours: `${layers.map((state) => `${state}: ${spreadOf(speed("hvrnn", state))}`).join("; ")}; an upper layer above layer 1 in ${higher.length} of ${lowest.length}`,
      verdict: fell && higher.length === lowest.length ? "shown" : fell || higher.length > 0 ? "partly" : "not shown",
    },
    {
      what: `share of labels told rightly from the state of layer 1, VRNN and HVRNN (shown: beyond chance in every seed, and within ${100 * SAME} points of each other; partly: within ${200 * SAME})`,
      paper: "unchanged",
      ours: `${spreadOf(label("vrnn", "h1"))}; ${spreadOf(label("hvrnn", "h1"))}; chance ${meanAndSpread(label("vrnn", "h1").map((f) => f.chance))}`,
      verdict: told && apart <= SAME ? "shown" : told && apart <= 2 * SAME ? "partly" : "not shown",
    },
    ...others(runs),
  ];
}

/** Every other factor, from every state. */
function others(runs: readonly DecodedRun[]): Finding[] {
  const [{ states }] = runs;
  const named = (["r2", "accuracy"] as const).flatMap((key) => states[0][key].map(({ factor }) => ({ key, factor })));
  return named
    .filter(({ key, factor }) => factor !== "label" && !(key === "r2" && factor === "speed"))
    .map(({ key, factor }) => {
      const text = ["vrnn", "hvrnn"].flatMap((kind) =>
        statesOf(runs, kind).map(
          (state) => `${nameOf(kind)} ${state}: ${spreadOf(readingsOf(runs, kind, state, key, factor))}`,
        ),
      );
      const chance = meanOf(readingsOf(runs, runs[0].kind, "h1", key, factor).map((f) => ({ ...f, value: f.chance })));
      return {
        what: `${key === "r2" ? "R² of" : "share told rightly of"} ${factorName(factor)} from each state`,
        paper: "no numbers in the text",
        ours: `${text.join("; ")}; chance ${chance.toFixed(2)}`,
        verdict: "measured" as const,
      };
    });
}

const nameOf = (kind: string): string => kind.toUpperCase();

/** Means over seeds, their standard deviations as error bars. @param kind "h" or "z" */
function figure(kind: string, runs: readonly DecodedRun[]): NamedFigure {
  const readers = ["vrnn", "hvrnn"].flatMap((model) => {
    const all = runs.filter((run) => run.kind === model);
    const states = (all[0]?.states ?? []).filter(({ state }) => state.startsWith(kind));
    return states.map(({ state }): Readings => {
      const same = all.map((run) => run.states.find((s) => s.state === state)!);
      return { name: `${nameOf(model)} ${state}`, r2: overSeeds(same, "r2"), accuracy: overSeeds(same, "accuracy") };
    });
  });
  const seeds = new Set(runs.map((run) => run.seed)).size;
  const what = kind === "h" ? "states h" : "latents z (posterior means)";
  return {
    name: kind === "h" ? "states" : "latents",
    image: { svg: decodingChart(`hvrnn-decoding-${kind}`, readers) },
    alt: `How well each factor is read out of the ${what} of each layer of both networks, as bars`,
    caption: `Factors read linearly out of the ${what}, in films that the fit has not seen: (a) R² of ridge regression, (b) share of right classes by logistic regression. ${seeds > 1 ? `Means of ${seeds} seeds; lines are ± one standard deviation.` : "One seed."}`,
  };
}

function overSeeds(states: readonly DecodedState[], key: "r2" | "accuracy"): Reading[] {
  return states[0][key].map(({ factor }, f) => {
    const { mean, sd, n } = meanAndError(states.map((s) => s[key][f].value));
    const chance = meanAndError(states.map((s) => s[key][f].chance)).mean;
    return { factor, value: mean, chance, ...(n > 1 && { low: mean - sd, high: mean + sd }) };
  });
}
