import { z } from "zod";
import { columnsOf } from "../analyses/rows.ts";
import { UsageError } from "../base/errors.ts";
import { probe } from "./probe.ts";
import type { Subject } from "./subject.ts";
import { tracesFigures } from "./traces-figures.ts";
import { eventsOf } from "./wall-contacts.ts";
import { factorName, watchNeeds, watchSequences } from "./watched-sequences.ts";

export const tracesOptions = z.strictObject({
  sequence: z.number().int().min(0).default(0).describe("number of the test sequence that is watched, from 0"),
});

export type TracesOptions = z.infer<typeof tracesOptions>;

export interface TracesResult {
  readonly data: string;
  readonly sequence: number;
  /** Posterior means, [latent][time]. */
  readonly layers: readonly { readonly layer: number; readonly means: readonly (readonly number[])[] }[];
  /** Factors of the frames, [time]. */
  readonly factors: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** Wall contacts, in time: the factor that marks them, and the last frame before each, from 0. */
  readonly contacts: readonly { readonly factor: string; readonly after: number }[];
}

/** What a model infers along one sequence. */
export async function measureTraces(subject: Subject, { sequence }: TracesOptions): Promise<TracesResult> {
  const { count } = subject.dataset.splits.test;
  if (sequence >= count) {
    throw new UsageError({
      where: "--sequence",
      expected: `a number from 0 to ${count - 1}, of a test sequence`,
      got: String(sequence),
      fix: "choose another",
    });
  }
  const { layers, factors, units } = await watchSequences(subject, "traces", Uint32Array.of(sequence));
  const walls = factors.map(({ name }) => name).filter((name) => name.startsWith("bounce"));
  const contacts = eventsOf(factors, walls, units).flatMap(({ name, indicator }) =>
    Array.from(indicator.keys(), (after) => ({ factor: name, after })).filter(({ after }) => indicator[after] === 1),
  );
  return {
    data: subject.dataset.title,
    sequence,
    layers: layers.map((l) => ({ layer: l.layer, means: columnsOf(l).map((c) => Array.from(c)) })),
    factors: factors.map(({ name, values }) => ({ name, values: Array.from(values) })),
    contacts: contacts.sort((a, b) => a.after - b.after),
  };
}

export const tracesProbe = probe<TracesOptions, TracesResult>({
  id: "traces",
  title: "Latents of each layer along one sequence",
  source: "Miyoshi, Arakawa & Yamakawa, Hierarchical VRNN, 2018, figure of posterior means",
  about:
    "The posterior means of all latents of a model of sequences, layer by layer, along one test sequence; above them its frames, and lines " +
    "where something bounces off a wall.",
  needs: watchNeeds,
  options: tracesOptions,
  measure: measureTraces,
  figures: tracesFigures,
  text: ({ sequence, layers, contacts }) =>
    [
      `test sequence ${sequence}`,
      `wall contacts after frame  ${contacts.map((c) => `${c.after} (${factorName(c.factor)})`).join(", ") || "none"}`,
      ...layers.map(({ layer, means }) => {
        const spans = means.map((m) => Math.max(...m) - Math.min(...m));
        const most = spans.indexOf(Math.max(...spans));
        return `layer ${layer}  ${means.length} latents; latent ${most} moves most, by ${spans[most].toFixed(2)}`;
      }),
    ].join("\n"),
});
