import { sampleModel } from "../../analyses/samples.ts";
import { imageGrid } from "../../figures/image-grid.ts";
import { figurePart, type ReportPart, shapeOf } from "./part.ts";

const [ROWS, COLUMNS] = [5, 12];

/** What the model dreams. */
export const samples: ReportPart = {
  needs: ["prior", "generate", "pictures"],
  async draw({ subject }) {
    const { model, parameters, runtime, seed, options, dataset } = subject;
    const dreams = await sampleModel(model, parameters, runtime, { n: ROWS * COLUMNS, seed }, options);
    return figurePart("Samples", {
      name: "samples",
      image: { picture: imageGrid(dreams, { ...shapeOf(dataset), columns: COLUMNS }) },
      alt: "Sixty images generated from the prior",
      caption: "Images generated from z drawn from the prior: the model's sleep.",
    });
  },
};
