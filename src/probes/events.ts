import { z } from "zod";
import type { Interval } from "../analyses/bootstrap.ts";
import { deviations, eventLag } from "../analyses/factors/event-lag.ts";
import { type EventOptions, eventLockedAverage } from "../analyses/factors/event-locked.ts";
import { columnsOf } from "../analyses/rows.ts";
import { UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { eventsFigures } from "./events-figures.ts";
import { probe } from "./probe.ts";
import type { Subject } from "./subject.ts";
import { type Events, eventsOf } from "./wall-contacts.ts";
import { factorName, firstSequences, watchNeeds, watchSequences } from "./watched-sequences.ts";

const count = z.number().int().min(1);

export const eventsOptions = z.strictObject({
  sequences: count.default(500).describe("test sequences that are watched, all if there are fewer"),
  events: z
    .string()
    .default("bounce-x,bounce-y")
    .describe("factors that mark the first frame after an event by not being 0, a list"),
  skip: z
    .number()
    .int()
    .min(0)
    .default(2)
    .describe("first frames of each sequence that are left out: states have yet to settle"),
  before: count.default(4).describe("frames before the event that are looked at"),
  after: count.default(6).describe("frames after the event"),
  threshold: z.number().min(0).default(0.1).describe("least correlation with events for a latent to be locked to them"),
  resamples: count.default(200).describe("bootstrap resamples of sequences for intervals"),
});

export type EventsOptions = z.infer<typeof eventsOptions>;

/** A mean course around events, by lag; null where no event has such a frame. */
export interface EventCourse {
  readonly event: string;
  readonly mean: readonly (number | null)[];
  /** Bootstrap interval over sequences. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** The lag at which it is highest. */
  readonly peak: number;
}

/** How a latent answers to the events with which it correlates most. */
export interface LatentLag {
  readonly latent: number;
  readonly event: string;
  /** Of the largest correlation between |z − median| and the event; null for a latent that never moves. */
  readonly lag: number | null;
  readonly interval: { readonly low: number | null; readonly high: number | null };
  readonly correlation: number | null;
  /** The correlation reaches the threshold, and the interval of the lag is one frame. */
  readonly locked: boolean;
  /** Mean |z − median| around any event by lag, 1 being its mean over all frames. */
  readonly course: readonly (number | null)[];
}

export interface LayerEvents {
  readonly layer: number;
  /** Mean over the layer's latents of |z − median|, 1 being its mean over all frames: around each kind of event. */
  readonly courses: readonly EventCourse[];
  readonly latents: readonly LatentLag[];
}

export interface EventsResult {
  readonly data: string;
  readonly sequences: number;
  readonly length: number;
  /** Lag 0 is the last frame before the event, lag 1 the first one after it. */
  readonly lags: readonly number[];
  readonly events: readonly { readonly name: string; readonly count: number }[];
  readonly layers: readonly LayerEvents[];
}

/** What latents do around events, relative to what they do at other times. */
export async function measureEvents(subject: Subject, options: EventsOptions): Promise<EventsResult> {
  const { films, layers, factors, units } = await watchSequences(
    subject,
    "events",
    firstSequences(subject, options.sequences),
  );
  const names = options.events.split(",").map((name) => name.trim());
  const kept = Uint32Array.from(units.keys()).filter((row) => row % films.length >= options.skip);
  const take = (values: ArrayLike<number>): Float64Array => Float64Array.from(kept, (row) => values[row]);
  const events = eventsOf(factors, names, units).map((e) => ({ ...e, indicator: take(e.indicator) }));
  const silent = events.find((e) => e.indicator.every((v) => v === 0));
  if (silent) {
    throw new UsageError({
      where: `probe events of ${subject.name}`,
      expected: `sequences with events of every kind`,
      got: `no "${silent.name}" in ${films.count} sequences`,
      fix: "watch more sequences with --sequences, or name other --events",
    });
  }
  return {
    data: subject.dataset.title,
    sequences: films.count,
    length: films.length,
    lags: Array.from({ length: options.before + options.after + 1 }, (_, i) => i - options.before),
    events: events.map(({ name, indicator }) => ({ name, count: indicator.reduce((a, b) => a + b, 0) })),
    layers: layers.map((means) => ({
      layer: means.layer,
      ...around(columnsOf(means).map(take).map(deviations), events, {
        ...options,
        units: take(units),
        stream: stream(subject.seed, `probe/events/${means.layer}`),
      }),
    })),
  };
}

/** @param moved |z − median|, [latent][row] */
function around(
  moved: readonly Float64Array[],
  events: readonly Events[],
  { before, after, threshold, resamples, units, stream }: EventsOptions & EventOptions,
): Omit<LayerEvents, "layer"> {
  const options = { units, stream, resamples };
  const window = { before, after };
  const all = moved[0].map((_, row) => moved.reduce((sum, d) => sum + d[row], 0));
  const any = events[0].indicator.map((_, row) => Math.max(...events.map((e) => e.indicator[row])));
  return {
    courses: events.map(({ name, indicator }) => {
      const { mean, intervals, lags } = eventLockedAverage(relative(all), indicator, { ...options, ...window });
      const edge = (pick: (i: Interval) => number) => intervals.map(pick).map(known);
      const [low, high] = [edge((i) => i.low), edge((i) => i.high)];
      return { event: name, mean: Array.from(mean, known), low, high, peak: lags[highest(mean)] };
    }),
    latents: moved.map((d, latent) => {
      const found = events.map(({ name, indicator }) => {
        const { lag, interval, correlations } = eventLag(d, indicator, { ...options, reach: Math.max(before, after) });
        return { event: name, lag, interval, correlation: correlations[highest(correlations)] ?? Number.NaN };
      });
      const best = found.reduce((a, b) => (b.correlation > a.correlation || Number.isNaN(a.correlation) ? b : a));
      const { mean } = eventLockedAverage(relative(d), any, { ...options, ...window, resamples: 1 });
      return {
        latent,
        event: best.event,
        lag: known(best.lag),
        interval: { low: known(best.interval.low), high: known(best.interval.high) },
        correlation: known(best.correlation),
        locked: best.correlation >= threshold && best.interval.low === best.interval.high,
        course: Array.from(mean, known),
      };
    }),
  };
}

/** Divided by the mean; of nothing but 0, nothing that is known. */
function relative(x: Float64Array): Float64Array {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return x.map((v) => v / mean);
}

const known = (v: number): number | null => (Number.isNaN(v) ? null : v);

/** Where the largest number is; −1 if there is none. */
function highest(values: Float64Array): number {
  return values.reduce((best, v, i) => (!Number.isNaN(v) && (best < 0 || v > values[best]) ? i : best), -1);
}

/** "lag 1: 3 latents (bounce x)": latents that are locked, by lag and event. */
export function lockedLags({ latents }: LayerEvents): readonly { lag: number; event: string; latents: number[] }[] {
  const found = new Map<string, { lag: number; event: string; latents: number[] }>();
  for (const { latent, lag, event, locked } of latents) {
    if (!locked || lag === null) continue;
    const key = `${lag} ${event}`;
    const group = found.get(key) ?? { lag, event, latents: [] };
    group.latents.push(latent);
    found.set(key, group);
  }
  return [...found.values()].sort((a, b) => a.lag - b.lag || (a.event < b.event ? -1 : 1));
}

export const eventsProbe = probe<EventsOptions, EventsResult>({
  id: "events",
  title: "What latents of each layer do around wall contacts",
  source: "Miyoshi, Arakawa & Yamakawa, Hierarchical VRNN, 2018: latents that answer to bounces one frame later",
  about:
    "How far posterior means are from their median, |z − median|, averaged around events such as wall contacts, with bootstrap intervals over " +
    "sequences; and for every latent the lag at which it correlates most with the events. Lag 0 is the last frame before the contact, lag 1 the " +
    "first one after it, in which data sets mark a bounce.",
  needs: watchNeeds,
  options: eventsOptions,
  measure: measureEvents,
  figures: async (_, options, result) => eventsFigures(result, options),
  text: ({ layers, events, sequences, length, lags }, { threshold }) =>
    [
      `${sequences} sequences of ${length} frames, ${events.map((e) => `${e.count} × ${factorName(e.name)}`).join(", ")}`,
      "lag 1 is the first frame after the contact",
      ...layers.flatMap((layer) => [
        `layer ${layer.layer}`,
        ...layer.courses.map(
          ({ event, mean, peak }) =>
            `  |z − median| around ${factorName(event)} highest at lag ${peak}: ${(mean[lags.indexOf(peak)] ?? Number.NaN).toFixed(2)} times its mean`,
        ),
        `  locked latents (correlation from ${threshold}, one lag): ${lockedText(layer)}`,
      ]),
    ].join("\n"),
});

/** "2 at lag 1 to bounce x, 1 at lag 3 to bounce y" */
export function lockedText(layer: LayerEvents): string {
  const groups = lockedLags(layer);
  if (groups.length === 0) return "none";
  return groups.map((g) => `${g.latents.length} at lag ${g.lag} to ${factorName(g.event)}`).join(", ");
}
