import { meanAndError } from "../../analyses/concepts/distances.ts";
import { type Bar, barChart } from "../../figures/chart.ts";
import type { LegendItem } from "../../figures/legend.ts";
import { colorOf } from "../../figures/palette.ts";
import { panels } from "../../figures/panels.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import {
  type KeptStretch,
  measureSuppression,
  type SuppressionOptions,
  type SuppressionResult,
  suppressionOptions,
} from "../../probes/suppression.ts";
import { suppressionFigures } from "../../probes/suppression-figures.ts";
import { classifierRun } from "../concept/runs.ts";
import { experiment, type Finding } from "../experiment.ts";
import { meanAndSpread } from "../spread.ts";
import { bothRuns, kindOf, notes, paper } from "./runs.ts";

const defaults = suppressionOptions.parse({ during: "all" });

export const suppression = experiment<SuppressionOptions>({
  id: "hvrnn/suppression",
  title: "Shape and position when a layer's state or the top-down input is suppressed",
  source: { paper, part: "Functional Differentiation" },
  about:
    "The networks predict a moving digit, ten frames seen and ten ahead, undisturbed, with the state of one layer read as zero, or without what layers hear from above. " +
    "Does the shape break and the position stay where layer 1 is suppressed, and do both break without top-down input? Position is the centre of mass, shape what a classifier sees " +
    "of the digit cut out, or where that sees nothing to lose, the overlap with the true one. What is lost is counted from the undisturbed prediction (0 %) to where nothing is known (100 %): the middle of the " +
    "frame, the shape of another film. All is suppressed from the first frame on; frames ahead would be the same if it began after the last one seen, since until then " +
    "only what is suppressed is affected.",
  presets: {
    paper: {
      note: `${notes.paper} 1000 films; one classifier, 20 epochs.`,
      runs: [...bothRuns("paper", [1, 2, 3]), classifierRun("paper")],
      options: { ...defaults, sequences: 1000 },
    },
    quick: {
      note: `${notes.quick} 500 films; one classifier, 20 epochs.`,
      runs: [...bothRuns("quick", [1, 2, 3]), classifierRun("paper")],
      options: defaults,
    },
    smoke: {
      note: notes.smoke,
      runs: [...bothRuns("smoke", [1]), classifierRun("smoke")],
      options: { ...defaults, sequences: 20, observed: 4, shown: 2 },
    },
  },
  async measure(runs, options, { progress }) {
    const judging = runs.find(({ run }) => run.model.classify)!;
    const watched = runs.filter((run) => run !== judging);
    const judge = await judging.open();
    const found: SuppressedRun[] = [];
    const figures: NamedFigure[] = [];
    for (const [i, run] of watched.entries()) {
      const subject = {
        ...(await run.open()),
        judge,
        progress: (part: number) => progress((i + part) / watched.length),
      };
      const [kind, seed] = [kindOf(run), run.run.record.seed];
      const result = await measureSuppression(subject, options);
      if (kind === "hvrnn" && figures.length === 0) {
        const drawn = await suppressionFigures({ ...subject, progress: undefined }, options, result);
        figures.push(...drawn.map((f) => ({ ...f, caption: `${f.caption} HVRNN, seed ${seed}.` })));
      }
      found.push({ kind, seed, ...result });
    }
    return {
      findings: [...findings("ahead", found), ...findings("seen", found)],
      numbers: { accuracy: judging.run.record.metrics?.["test"]?.["accuracy"] ?? null, runs: found },
      figures: [...figures, lostFigure(found)],
    };
  },
});

/** What was left in a run. */
export interface SuppressedRun extends SuppressionResult {
  /** "vrnn" or "hvrnn" */
  readonly kind: string;
  readonly seed: number;
}

/** Frames that are predicted from predicted ones, or from those seen. */
type Which = "ahead" | "seen";
const whichNames: Readonly<Record<Which, string>> = { ahead: "frames ahead", seen: "frames seen, one ahead" };

type Measure = "position" | "overlap" | "accuracy";

/**
 * Share that a condition loses of what the undisturbed prediction has over knowing nothing: 0 for nothing, 1 for all; NaN where that is not
 * beyond their intervals, so that there is nothing to lose, or the measure was not taken.
 */
export function lost(stretch: KeptStretch | null, id: string, measure: Measure): number {
  const plain = stretch?.conditions[0][measure]?.mean;
  const nothing = stretch?.nothing[measure]?.mean;
  const now = stretch?.conditions.find((c) => c.id === id)?.[measure]?.mean;
  if (!plain || !nothing || !now) return Number.NaN;
  const better = measure === "position" ? plain.high < nothing.low : plain.low > nothing.high;
  return better ? (now.value - plain.value) / (nothing.value - plain.value) : Number.NaN;
}

/** What is lost of the shape: as the judge sees it, or by the overlap where the judge sees nothing to lose. */
function lostShape(stretch: KeptStretch | null, id: string): number {
  const judged = lost(stretch, id, "accuracy");
  return Number.isFinite(judged) ? judged : lost(stretch, id, "overlap");
}

/** Breaks where more is lost than stays. */
const HALF = 0.5;

/** @param runs of both kinds, one or more seeds each */
export function findings(which: Which, runs: readonly SuppressedRun[]): Finding[] {
  const [deep, flat] = ["hvrnn", "vrnn"].map((kind) => runs.filter((run) => run.kind === kind));
  const where = whichNames[which];
  const losses = (id: string) =>
    deep.map((run) => ({ position: lost(run[which], id, "position"), shape: lostShape(run[which], id) }));
  const [h1, none] = [losses("h1"), losses("top-down")];
  const count = (all: typeof h1, holds: (l: (typeof h1)[number]) => boolean): number => all.filter(holds).length;
  const split = count(h1, (l) => l.shape > HALF && l.position < HALF);
  const more = count(h1, (l) => l.shape > l.position);
  const both = count(none, (l) => l.shape > HALF && l.position > HALF);
  const either = count(none, (l) => l.shape > HALF || l.position > HALF);
  const others = (deep[0]?.[which]?.conditions ?? []).filter(
    ({ id }) => !["prediction", "h1", "top-down"].includes(id),
  );
  return [
    {
      what: `h of layer 1 suppressed, ${where}: what position and shape lose (shown: shape more than half, position less, in every seed; partly: shape more than position in every seed, or as said in some)`,
      paper: "the shape breaks, the position is kept",
      ours: lossText(which, deep, "h1"),
      verdict: split === h1.length ? "shown" : split > 0 || more === h1.length ? "partly" : "not shown",
    },
    {
      what: `no top-down input, ${where}: what position and shape lose (shown: both more than half in every seed; partly: one of them in every seed, or both in some)`,
      paper: "shape and position break",
      ours: lossText(which, deep, "top-down"),
      verdict: both === none.length ? "shown" : both > 0 || either === none.length ? "partly" : "not shown",
    },
    ...others.map(
      ({ id, name }): Finding => ({
        what: `${name}, ${where}`,
        paper: "shown as pictures, not described",
        ours: lossText(which, deep, id),
        verdict: "measured",
      }),
    ),
    undisturbed(which, "HVRNN", deep),
    undisturbed(which, "VRNN", flat),
    {
      what: `h of a one-layer VRNN suppressed, ${where}`,
      paper: "not asked",
      ours: lossText(which, flat, "h1"),
      verdict: "measured",
    },
  ];
}

const over = (
  runs: readonly SuppressedRun[],
  pick: (run: SuppressedRun) => number | undefined,
  digits?: number,
  unit?: string,
): string =>
  meanAndSpread(
    runs.map((run) => pick(run) ?? Number.NaN),
    digits,
    unit,
  );

/** Where a prediction is no better than one that knows nothing. */
const NOTHING = "nothing to lose";

/** "position error 3.41 ± 0.12 px (n = 3), lost 12 ± 3 % (n = 3); overlap …" */
function lossText(which: Which, runs: readonly SuppressedRun[], id: string): string {
  const parts: readonly [Measure, string, string][] = [
    ["position", "position error", " px"],
    ["accuracy", "judged right", ""],
    ["overlap", "overlap", ""],
  ];
  return parts
    .filter(([measure]) => runs[0]?.[which]?.conditions[0][measure])
    .map(([measure, name, unit]) => {
      const value = over(runs, (r) => r[which]?.conditions.find((c) => c.id === id)?.[measure]?.mean.value, 2, unit);
      const share = runs.map((r) => 100 * lost(r[which], id, measure));
      const loses = share.some(Number.isFinite) ? `lost ${meanAndSpread(share, 0, " %")}` : NOTHING;
      return `${name} ${value}, ${loses}`;
    })
    .join("; ");
}

function undisturbed(which: Which, name: string, runs: readonly SuppressedRun[]): Finding {
  const judged = runs[0]?.[which]?.ceiling
    ? `; judged right ${over(runs, (r) => r[which]?.conditions[0].accuracy?.mean.value)}, true frames ${over(runs, (r) => r[which]?.ceiling?.value)}`
    : "";
  return {
    what: `${name}, undisturbed, ${whichNames[which]}`,
    paper: "no numbers in the text",
    ours:
      `position error ${over(runs, (r) => r[which]?.conditions[0].position.mean.value, 2, " px")}, in the middle of the frame ${over(runs, (r) => r[which]?.nothing.position.mean.value, 2, " px")}; ` +
      `overlap ${over(runs, (r) => r[which]?.conditions[0].overlap.mean.value)}, with another film ${over(runs, (r) => r[which]?.nothing.overlap.mean.value)}${judged}`,
    verdict: "measured",
  };
}

/** Longer bars are cut off, %. */
const MOST = 200;

/** One panel for each kind of frames. */
function lostFigure(runs: readonly SuppressedRun[]): NamedFigure {
  const deep = runs.filter(({ kind }) => kind === "hvrnn");
  const measures: readonly [Measure, string][] = [
    ["position", "position"],
    ["overlap", "shape, by overlap"],
    ["accuracy", "shape, by the classifier"],
  ];
  const chart = (which: Which): string => {
    const disturbed = deep[0]?.[which]?.conditions.slice(1) ?? [];
    const bars = disturbed.flatMap(({ id, name }) =>
      measures.map(([measure], group): Bar => {
        const { n, mean, sd } = meanAndError(
          deep.map((r) => 100 * lost(r[which], id, measure)).filter(Number.isFinite),
        );
        // Where there is nothing to lose, nothing is lost.
        return { name, group, value: n > 0 ? mean : 0, ...(n > 1 && { low: mean - sd, high: mean + sd }) };
      }),
    );
    const ends = bars.flatMap(({ value, low = value, high = value }) => [low, high]);
    const domain = [Math.max(-MOST, Math.min(0, ...ends)), Math.min(MOST, Math.max(100, ...ends))] as const;
    return barChart({
      id: `suppression-lost-${which}`,
      width: 470,
      legend: false,
      background: false,
      bars,
      groups: measures.map(([, name]) => name),
      names: { label: "" },
      value: { label: "lost", unit: "%", domain },
    });
  };
  const shown = (["ahead", "seen"] as const).filter((which) => deep[0]?.[which]);
  const legend = measures.map(([, name], g): LegendItem => ({ name, color: colorOf(g), mark: "square" }));
  const seeds = deep.length > 1 ? ` Means of ${deep.length} seeds; lines are ± one standard deviation.` : "";
  return {
    name: "lost",
    image: {
      svg: panels(shown.map(chart), { id: "suppression-lost", names: shown.map((which) => whichNames[which]), legend }),
    },
    alt: "How much of position and shape predictions lose when a state or the top-down input is suppressed, as bars",
    caption: `What is lost of position and shape in predictions of the HVRNN: 0 % as the undisturbed prediction, 100 % as the middle of the frame, or the shape of another film. No bar where the undisturbed prediction has nothing to lose; bars end at ${MOST} %.${seeds}`,
  };
}
