import { stackRows } from "../../figures/image-grid.ts";
import { imagePanel } from "../../figures/image-panel.ts";
import { figurePart, firstOfEachClass, type ReportPart, readTest, shapeOf } from "./part.ts";

/** Images side by side, at most. */
const COLUMNS = 10;

/** Test images, each above what the model makes of it. */
export const reconstructions: ReportPart = {
  needs: ["infer", "generate", "pictures"],
  async draw({ subject, inference }) {
    const chosen = firstOfEachClass(subject, 2);
    const columns = Math.min(COLUMNS, chosen.length);
    const rows = Math.floor(chosen.length / columns);
    const images = readTest(subject, chosen.slice(0, rows * columns));
    const { encode, decode } = await inference();
    const rebuilt = await decode(await encode(images));
    const row = images.length / rows;
    const pairs = Array.from({ length: rows }, (_, i) =>
      [images, rebuilt].map((all) => all.slice(i * row, (i + 1) * row)),
    );
    return figurePart("Reconstructions", {
      name: "reconstructions",
      image: {
        svg: imagePanel(stackRows(pairs.flat()), {
          id: "reconstructions",
          ...shapeOf(subject.dataset),
          columns,
          rowNames: pairs.flatMap(() => ["image", "reconstruction"]),
        }),
      },
      alt: "Test images, and below each its reconstruction",
      caption: "Test images and, below each, the mean of p(x | z) at the mean of q(z | x).",
    });
  },
};
