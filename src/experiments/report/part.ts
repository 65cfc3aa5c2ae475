import type { Inference } from "../../analyses/inference.ts";
import { axis, sizeOf } from "../../base/shape.ts";
import { type Dataset, fieldOf } from "../../data/dataset.ts";
import type { Section } from "../../figures/page.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { lacks, type Need, readField, type Subject } from "../../probes/subject.ts";
import type { OpenedRun } from "../../recipes/run.ts";

/** What the parts of a run's page are drawn from. */
export interface ReportSource {
  readonly run: OpenedRun;
  readonly subject: Subject;
  /** Opened when first asked for, once for all parts. */
  readonly inference: () => Promise<Inference>;
}

/** A part of a run's page. */
export interface ReportPart {
  /** What it asks of model and data; a run without it gets no such part. `pictures`: the model sees one picture at a time. */
  readonly needs: readonly (Need | "pictures")[];
  /** Nothing, if there is nothing to show. */
  readonly draw: (source: ReportSource) => Promise<Drawn | undefined>;
}

export interface Drawn {
  readonly sections: readonly Section[];
  /** Figures that are kept as files too. */
  readonly figures?: readonly NamedFigure[];
}

/** A section with one figure, which is kept as a file. */
export function figurePart(heading: string, figure: NamedFigure): Drawn {
  return { sections: [{ kind: "figure", heading, ...figure }], figures: [figure] };
}

/** Has a run what a part needs? */
export function canDraw({ needs }: ReportPart, { subject }: ReportSource): boolean {
  if (needs.includes("pictures") && !seesPictures(subject)) return false;
  const others = needs.filter((need) => need !== "pictures");
  return lacks(subject, others) === undefined;
}

/** Both data and model have one picture an example: sequences have parts of their own. */
function seesPictures({ model, dataset, field }: Subject): boolean {
  const { height, width, channels } = dataset.picture;
  const shapes = [model.observation.shape, fieldOf(dataset, field).shape];
  return shapes.every((shape) => sizeOf([axis("example", 1), ...shape]) === height * width * channels);
}

/** Height, width and channels as figures want them: grey or RGB. */
export function shapeOf({ picture }: Dataset): { height: number; width: number; channels: 1 | 3 } {
  return { ...picture, channels: picture.channels === 3 ? 3 : 1 };
}

/** Observations of test examples. */
export function readTest({ dataset, field }: Subject, indices: ArrayLike<number>): Float32Array {
  return readField({ dataset }, dataset.splits.test, field, indices);
}

export function testLabels({ dataset }: Subject): Float32Array {
  return readField({ dataset }, dataset.splits.test, "label");
}

/** The first `n` test images of every class: all classes' first ones, then all classes' second ones … Without labels, as many from the start. */
export function firstOfEachClass(subject: Subject, n: number): number[] {
  const { dataset } = subject;
  if (lacks(subject, ["labels"])) {
    return Array.from({ length: Math.min(10 * n, dataset.splits.test.count) }, (_, i) => i);
  }
  const found = dataset.classes.map(() => [] as number[]);
  testLabels(subject).forEach((label, i) => {
    if (found[label].length < n) found[label].push(i);
  });
  return Array.from({ length: n }, (_, k) => found.flatMap((list) => list.slice(k, k + 1))).flat();
}

/** "10,000" */
export const grouped = (n: number): string => n.toLocaleString("en-US");

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
