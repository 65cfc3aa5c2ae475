import { repeatedInferenceProbe } from "../../probes/repeated-inference.ts";
import { readField } from "../../probes/subject.ts";
import type { ReportPart } from "./part.ts";
import { probeRecords } from "./probes.ts";

/** Trials a label: enough to see the course, few enough not to wait for it. */
const TRIALS = 20;

/** The probe's figures with few trials; left out where the probe's own record is shown. */
export const repeatedInferencePart: ReportPart = {
  needs: [...repeatedInferenceProbe.needs, "pictures"],
  async draw({ run, subject }) {
    if (probeRecords(run.folder).some((r) => r.probe === repeatedInferenceProbe.id)) return undefined;
    const { dataset } = subject;
    const counts = dataset.classes.map(() => 0);
    for (const label of readField(subject, dataset.splits.train, "label")) counts[label]++;
    const each = Math.min(TRIALS, ...counts);
    if (each === 0) return undefined;
    const options = repeatedInferenceProbe.options.parse({ trials: each * counts.length });
    const result = await repeatedInferenceProbe.measure(subject, options);
    const drawn = await repeatedInferenceProbe.figures(subject, options, result);
    const figures = ["distances", "strip"]
      .flatMap((name) => drawn.filter((figure) => figure.name === name))
      .map((figure) => ({ ...figure, name: `repeated-inference-${figure.name}` }));
    const about =
      `${repeatedInferenceProbe.about} Here with ${each} images a label, for a first look: ` +
      `${result.approachesAndLeaves} of ${result.labels.length} labels approach their concept and leave it. ` +
      "More trials, and further questions, are asked with `helmholtz probe`.";
    return {
      sections: [
        { kind: "text", heading: "Repeated inference", paragraphs: [about] },
        ...figures.map((figure) => ({ kind: "figure" as const, ...figure })),
      ],
      figures,
    };
  },
};
