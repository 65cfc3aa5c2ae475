import { invertPixels } from "../../analyses/concepts/pixel-noise.ts";
import { repeatedInference } from "../../analyses/concepts/repeated-inference.ts";
import { stream } from "../../base/random.ts";
import { stackRows } from "../../figures/image-grid.ts";
import { imagePanel } from "../../figures/image-panel.ts";
import { figurePart, firstOfEachClass, type ReportPart, readTest, shapeOf } from "./part.ts";

/** Iterations of repeated inference that are shown. */
const SHOWN = [0, 1, 2, 3, 4, 6, 8, 12, 20, 40];

/** Share of the pixels that are inverted before repeated inference cleans the digit (p in the paper, which goes up to 0.2 and beyond). */
const NOISE = 0.05;

/** A first look at repeated inference: a few noisy images, cleaned. */
export const cleaning: ReportPart = {
  needs: ["infer", "generate", "labels", "pictures"],
  async draw({ subject }) {
    const { model, parameters, runtime, dataset, seed, options } = subject;
    const chosen = firstOfEachClass(subject, 1).filter((_, i) => [2, 3, 6, 9].includes(i));
    const images = readTest(subject, chosen);
    const start = invertPixels(images, NOISE, stream(seed, "demo/noise"));
    const T = SHOWN[SHOWN.length - 1];
    const { x } = await repeatedInference(model, parameters, runtime, { start, T, keep: SHOWN }, options);
    const size = images.length / chosen.length;
    const rows = chosen.map((_, i) => {
      const cut = (all: Float32Array): Float32Array => all.slice(i * size, (i + 1) * size);
      return stackRows([cut(images), ...SHOWN.map((t) => cut(x[t]))]);
    });
    return figurePart("Repeated inference", {
      name: "repeated-inference",
      image: {
        svg: imagePanel(stackRows(rows), {
          id: "repeated-inference",
          ...shapeOf(dataset),
          columns: SHOWN.length + 1,
          columnNames: ["clean", ...SHOWN.map((t) => `t = ${t}`)],
        }),
      },
      alt: "Rows of a noisy image and what becomes of it when it is encoded and decoded again and again",
      caption: `${NOISE * 100} % of the pixels inverted (t = 0), then encoded and decoded again and again, x(t+1) = E[p(x | E[q(z | x(t))])]. The first iterations clean the digit; many more let it drift to wherever the model's own dynamics lead.`,
    });
  },
};
