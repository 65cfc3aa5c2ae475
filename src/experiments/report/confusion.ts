import { openClassifier } from "../../analyses/classification.ts";
import { heatMap } from "../../figures/heat-map.ts";
import { imagePanel } from "../../figures/image-panel.ts";
import { panels } from "../../figures/panels.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { readField, type Subject } from "../../probes/subject.ts";
import { grouped, type ReportPart, readTest, shapeOf, testLabels } from "./part.ts";

/** Images that are shown of those judged worst. */
const WORST = 20;

/** Which classes are taken for which, and the test images that are judged worst. */
export const confusion: ReportPart = {
  needs: ["classify", "labels", "pictures"],
  async draw({ subject }) {
    const judged = judge(await classifyTest(subject), testLabels(subject));
    const figures = [matrix(judged, subject), worst(judged, subject)];
    return {
      sections: [
        { kind: "figure", heading: "Classes told apart", ...figures[0] },
        { kind: "figure", heading: "Judged worst", ...figures[1] },
      ],
      figures,
    };
  },
};

/** p(class | x) of every test image, (image, class). */
async function classifyTest({ model, parameters, runtime, options, dataset, field }: Subject): Promise<Float32Array> {
  const classifier = await openClassifier(model, parameters, runtime, options);
  try {
    return await classifier.probabilities(readField({ dataset }, dataset.splits.test, field));
  } finally {
    await classifier.dispose();
  }
}

/** What a classifier says of one test image. */
interface Judged {
  readonly image: number;
  readonly label: number;
  readonly taken: number;
  /** p of the label, and of the class that the image is taken for. */
  readonly own: number;
  readonly best: number;
}

function judge(probabilities: Float32Array, labels: Float32Array): Judged[] {
  const classes = probabilities.length / labels.length;
  return Array.from(labels, (label, image) => {
    const row = probabilities.subarray(image * classes, (image + 1) * classes);
    const taken = row.reduce((best, p, c) => (p > row[best] ? c : best), 0);
    return { image, label, taken, own: row[label], best: row[taken] };
  });
}

function matrix(judged: readonly Judged[], { dataset: { classes } }: Subject): NamedFigure {
  const counts = new Float64Array(classes.length ** 2);
  for (const { label, taken } of judged) counts[label * classes.length + taken]++;
  const confused = counts.filter((_, i) => i % (classes.length + 1) !== 0);
  const right = judged.filter(({ label, taken }) => label === taken).length;
  return {
    name: "confusion",
    image: {
      svg: heatMap({
        id: "confusion",
        values: counts,
        rows: [...classes],
        columns: [...classes],
        x: { label: "taken for" },
        y: { label: "label" },
        value: { label: "test images" },
        domain: [0, Math.max(1, ...confused)],
        decimals: 0,
      }),
    },
    alt: "Matrix of labels and the classes that images were taken for, with counts",
    caption: `${grouped(right)} of ${grouped(judged.length)} test images are told right (${((100 * right) / judged.length).toFixed(2)} %). Colours end at the most frequent confusion, so that confusions are seen beside the diagonal.`,
  };
}

function worst(judged: readonly Judged[], subject: Subject): NamedFigure {
  const { dataset } = subject;
  const { classes } = dataset;
  const shown = [...judged].sort((a, b) => a.own - b.own || a.image - b.image).slice(0, WORST);
  const scale = Math.max(1, Math.round(84 / dataset.picture.width));
  const images = shown.map(({ image }) =>
    imagePanel(readTest(subject, [image]), { id: `worst-${image}`, ...shapeOf(dataset), columns: 1, scale }),
  );
  const names = shown.map(({ label, taken, best }) =>
    label === taken ? `${classes[label]}` : `${classes[label]}, not ${classes[taken]} (${(100 * best).toFixed(0)} %)`,
  );
  return {
    name: "worst",
    image: { svg: panels(images, { id: "worst", columns: Math.min(5, shown.length), names }) },
    alt: "Test images whose label the model gives the least probability, with label and the class they were taken for",
    caption: `The ${shown.length} test images whose label gets the least probability: the label, not what the image was taken for, and the probability of that.`,
  };
}
