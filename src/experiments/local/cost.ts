import { median } from "../../analyses/bootstrap.ts";
import { lineChart, type Series } from "../../figures/chart.ts";
import { panels } from "../../figures/panels.ts";
import { rvaeProtocol } from "../../recipes/local-ppc.ts";
import { experiment, type Finding } from "../experiment.ts";
import type { PresetName } from "../reproduce.ts";
import { type Cost, type CostModel, openUpdate, programOf, updateOf } from "./cost-measure.ts";
import { mostLiveBytes } from "./live-bytes.ts";

interface Options {
  /** Sizes of the models: those of the recipe's preset. */
  readonly sizes: PresetName;
  /** Steps of a sequence, rising. */
  readonly lengths: readonly number[];
  /** Times that each update is measured, the models in turn; 0 counts memory only. */
  readonly rounds: number;
  /** Steps of a sequence beyond which training through time is not timed: its graph has every step, and takes minutes to load. */
  readonly longestThrough: number;
}

/** Harmoniums with one turn of the chain each, so that they differ in what flows through time alone. */
const models: readonly CostModel[] = [
  { name: "rEFH", set: [] },
  { name: "rVAE", set: rvaeProtocol },
  { name: "RTRBM", set: ["model.kind=rtrbm"] },
];

/** Models that learn through time. */
const through: readonly string[] = ["RTRBM"];

const anyRun = [{ recipe: "local/ppc", preset: "smoke", seed: 1 }];

export const cost = experiment<Options>({
  id: "local/cost",
  title: "What an update costs, against the length of sequences",
  source: {
    paper: "Abdulsalam & Makin, Learning recurrent models with temporally local rules",
    part: "Abstract: BPTT is computationally expensive",
  },
  about:
    "Learning without back-propagation through time updates the parameters at every step, from that step and the state before it; learning through " +
    "time updates them once a sequence. Time of one update on this machine, the models in turn, and the bytes that an update must hold at once: " +
    "the largest sum of all values that are computed and still needed, counted in the graph of the training step. CD-1 for the harmoniums. No trained run " +
    "is looked at; the one below lends its settings of the runtime.",
  presets: {
    paper: {
      note: "240 hidden units, 40 sequences at a time; seven rounds. The RTRBM is timed to T = 200; its memory is counted to the end.",
      runs: anyRun,
      options: { sizes: "paper", lengths: [10, 20, 50, 100, 200, 500, 1000], rounds: 7, longestThrough: 200 },
    },
    quick: {
      note: "240 hidden units, 40 sequences at a time; three rounds. The RTRBM is timed to T = 100; its memory is counted to the end.",
      runs: anyRun,
      options: { sizes: "paper", lengths: [10, 30, 100, 300, 1000], rounds: 3, longestThrough: 100 },
    },
    smoke: {
      note: "20 hidden units; memory only, as times are not the same twice: for tests.",
      runs: anyRun,
      options: { sizes: "smoke", lengths: [5, 10, 20], rounds: 0, longestThrough: 0 },
    },
  },
  async measure([run], { sizes, lengths, rounds, longestThrough }, { progress }) {
    const subject = await run.open();
    const costs: Record<string, Cost[]> = Object.fromEntries(models.map(({ name }) => [name, []]));
    for (const [i, length] of lengths.entries()) {
      const updates = models.map((model) => ({ name: model.name, update: updateOf(model, sizes, length) }));
      const seconds: Record<string, number[]> = Object.fromEntries(models.map(({ name }) => [name, []]));
      if (rounds > 0) {
        const open = [];
        for (const { name, update } of updates) {
          if (through.includes(name) && length > longestThrough) continue;
          open.push({ name, update: await openUpdate(update, subject) });
        }
        for (const { update } of open) await update.measure();
        for (let round = 0; round < rounds; round++) {
          for (const { name, update } of open) seconds[name].push(await update.measure());
        }
        for (const { update } of open) await update.dispose();
      }
      for (const { name, update } of updates) {
        costs[name].push({
          length,
          bytes: mostLiveBytes(programOf(update)),
          frames: update.frames,
          seconds: seconds[name],
        });
      }
      progress((i + 1) / lengths.length);
    }
    const timed = rounds > 0;
    return {
      findings: [...(timed ? [growth("seconds", costs), perFrame(costs)] : []), growth("bytes", costs)],
      numbers: { threads: subject.options.threads ?? null, costs },
      figures: [
        {
          name: "growth",
          image: { svg: panels([...(timed ? [chart("seconds", costs)] : []), chart("bytes", costs)], { id: "cost" }) },
          alt: "Time and memory of an update over the length of sequences, both axes logarithmic, one line a model",
          caption: timed
            ? `Left: time of one update, median and range of ${rounds} rounds, the models in turn. Right: ${COUNTED}`
            : `${COUNTED[0].toUpperCase()}${COUNTED.slice(1)}`,
        },
      ],
    };
  },
});

const COUNTED = "bytes that one update must hold at once, counted in its graph.";

type Quantity = "seconds" | "bytes";

const valueOf = (cost: Cost, what: Quantity): number => (what === "bytes" ? cost.bytes : median(cost.seconds));

const known = (costs: readonly Cost[], what: Quantity): readonly Cost[] =>
  what === "bytes" ? costs : costs.filter((c) => c.seconds.length > 0);

const words = { seconds: "time of an update", bytes: "memory of an update" } as const;

/** At most this much more at the longest than at the shortest is no growth. */
const FLAT = { seconds: 1.5, bytes: 1.01 } as const;

function growth(what: Quantity, costs: Readonly<Record<string, readonly Cost[]>>): Finding {
  const show = (c: Cost): string => shown(valueOf(c, what), what);
  const all = Object.entries(costs).map(([name, each]) => {
    const found = known(each, what);
    const [first, last] = [found[0], found[found.length - 1]];
    const times = valueOf(last, what) / valueOf(first, what);
    const grows = through.includes(name);
    const asSaid = grows ? times > 0.2 * (last.length / first.length) : times <= FLAT[what];
    return {
      text: `${name} at T = ${first.length} to ${last.length}: ${show(first)} → ${show(last)} (× ${times.toFixed(times < 10 ? 2 : 0)})`,
      asSaid,
    };
  });
  return {
    what:
      `${words[what]} over T (shown: at most × ${FLAT[what]} without back-propagation ` +
      "through time, and at least a fifth of the sequence's growth with it; partly: for some models)",
    paper: "flat without back-propagation through time; no numbers",
    ours: all.map((a) => a.text).join("; "),
    verdict: all.every((a) => a.asSaid) ? "shown" : all.some((a) => a.asSaid) ? "partly" : "not shown",
  };
}

function perFrame(costs: Readonly<Record<string, readonly Cost[]>>): Finding {
  const each = Object.entries(costs).map(([name, costs]) => {
    const last = known(costs, "seconds").at(-1)!;
    return `${name} at T = ${last.length}: ${shown(valueOf(last, "seconds") / last.frames, "seconds")}`;
  });
  return {
    what: "time of an update per step of time that it learns from, at the longest T that is timed",
    paper: "no numbers",
    ours: each.join("; "),
    verdict: "measured",
  };
}

const shown = (value: number, what: Quantity): string =>
  what === "seconds" ? `${(value * 1000).toPrecision(3)} ms` : `${(value / 1e6).toPrecision(3)} MB`;

function chart(what: Quantity, costs: Readonly<Record<string, readonly Cost[]>>): string {
  const scale = what === "seconds" ? 1000 : 1e-6;
  const series = Object.entries(costs).map(([name, each], i): Series => {
    const found = known(each, what);
    const range = (of: (...values: number[]) => number) => found.map((c) => of(...c.seconds) * scale);
    return {
      name,
      points: found.map((c) => [c.length, valueOf(c, what) * scale] as const),
      color: i,
      ...(what === "seconds" && { low: range(Math.min), high: range(Math.max), bars: true }),
    };
  });
  return lineChart({
    id: `cost-${what}`,
    width: 380,
    series,
    x: { label: "steps of a sequence, T", type: "log" },
    y: { label: words[what], unit: what === "seconds" ? "ms" : "MB", type: "log" },
  });
}
