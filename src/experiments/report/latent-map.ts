import { principalComponents } from "../../analyses/principal-components.ts";
import { scatterChart } from "../../figures/chart.ts";
import { joinLatents, latentWidth } from "../../probes/memories.ts";
import { figurePart, grouped, type ReportPart, readTest, testLabels } from "./part.ts";

/** Images on the map. */
const MAPPED = 2000;

/** Where test images lie among the latents. */
export const latentMap: ReportPart = {
  needs: ["infer", "generate", "labels", "pictures"],
  async draw({ subject, inference }) {
    const { model, dataset } = subject;
    const width = latentWidth(model);
    if (width < 2) return undefined;
    const n = Math.min(MAPPED, dataset.splits.test.count);
    const images = readTest(
      subject,
      Array.from({ length: n }, (_, i) => i),
    );
    const z = joinLatents(model, await (await inference()).encode(images));
    const labels = testLabels(subject);
    const { project, variances } = principalComponents(z, width);
    const plane = project(z, 2);
    const all = variances.reduce((a, b) => a + b, 0);
    const share = all > 0 ? ((variances[0] + variances[1]) / all) * 100 : 100;
    return figurePart("Latent space", {
      name: "latent-map",
      image: {
        svg: scatterChart({
          id: "latent-map",
          points: Array.from({ length: n }, (_, i) => ({ x: plane[2 * i], y: plane[2 * i + 1], group: labels[i] })),
          groups: [...dataset.classes],
          x: { label: "first principal component" },
          y: { label: "second principal component" },
          equal: true,
        }),
      },
      alt: "Scatter plot of test images on the first two principal components of their latent means, coloured by class",
      caption: `Means of q(z | x) of ${grouped(n)} test images on their first two principal components, which hold ${share.toFixed(0)} % of their variance.`,
    });
  },
};
